"""The memory that services may use: their limits, reservations and shared memory, in bytes."""

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from stacks.compose.document import Service
from stacks.compose.nodes import Mapping, Node, Path, Scalar, Sequence
from stacks.compose.once import once
from stacks.compose.sizes import parse_bytes
from stacks.compose.source import Span

if TYPE_CHECKING:
    from stacks.hosts.snapshot import HostSnapshot

SHM = "shm_size"
DEVICE_SHM = "/dev/shm"  # noqa: S108 - the name of a mount point in the container


class MemorySize(NamedTuple):
    """A size in a service: the scalar, the path below the service, and the bytes that Compose makes of it."""

    node: Scalar
    path: Path
    size: int

    @property
    def is_bare(self) -> bool:
        """Whether it has no unit, and so counts bytes."""
        return self.node.string.strip().replace(".", "").isdigit()


def memory_size(service: Service, path: Path) -> MemorySize | None:
    """The size at a path; None where there is none, or none that Compose reads."""
    return _size(service.scalar(*path), path)


def memory_limits(service: Service) -> tuple[MemorySize, ...]:
    """The limits of a service, as given by `mem_limit` and by `deploy`; a limit of 0 is none."""
    return _read(service)[0]


def memory_limit(service: Service) -> MemorySize | None:
    """The limit that counts; Compose refuses a file whose two limits differ."""
    found = memory_limits(service)
    return found[0] if found else None


def memory_reservations(service: Service) -> tuple[MemorySize, ...]:
    """The reservations of a service, as given by `mem_reservation` and by `deploy`."""
    return _read(service)[1]


@once
def _read(service: Service) -> tuple[tuple[MemorySize, ...], tuple[MemorySize, ...]]:
    """The limits and the reservations, read once: several rules ask for them."""
    return _sizes(service, "mem_limit", "limits"), _sizes(service, "mem_reservation", "reservations")


def _sizes(service: Service, key: str, resource: str) -> tuple[MemorySize, ...]:
    keys = service.node.effective
    found = []
    if key in keys:
        found.append(memory_size(service, (key,)))
    if "deploy" in keys:
        found.append(memory_size(service, ("deploy", "resources", resource, "memory")))
    return tuple(size for size in found if size is not None and size.size > 0)


def _size(node: Scalar | None, path: Path) -> MemorySize | None:
    size = _bytes(node.string) if node is not None else None
    return None if node is None or size is None else MemorySize(node, path, size)


@lru_cache(maxsize=1024)
def _bytes(text: str) -> int | None:
    size = parse_bytes(text)
    return size if isinstance(size, int) else None


def host_memory(host: "HostSnapshot | None") -> int | None:
    """The RAM that containers can have: the engine's, where it is known, since that may be a virtual machine's."""
    if host is None:
        return None
    of_engine = host.engine.memory_total if host.engine is not None else None
    return host.memory_total if of_engine is None else of_engine


def host_ipc(service: Service) -> Scalar | None:
    """The value of `ipc` where it is `host`: the container then uses the host's `/dev/shm`."""
    ipc = service.scalar("ipc")
    return ipc if ipc is not None and ipc.string == "host" else None


def has_shared_memory(service: Service) -> bool:
    """Whether the service says anything about its `/dev/shm`: by size, by another's IPC namespace, or by a mount."""
    if service.get(SHM) is not None:
        return True
    ipc = service.scalar("ipc")
    if ipc is not None and (ipc.string == "host" or ipc.string.startswith(("service:", "container:"))):
        return True
    return shm_mount(service) is not None


def shm_mount(service: Service) -> Span | None:
    """The place of what is mounted on `/dev/shm` by `tmpfs` or `volumes`."""
    for key in ("tmpfs", "volumes"):
        node = service.find(key)
        if isinstance(node, Scalar) and _mounts_shm(node):
            return node.span
        for index, item in enumerate(node.items if isinstance(node, Sequence) else ()):
            if isinstance(node, Sequence) and _mounts_shm(item):
                return node.item_span(index)
    return None


def _mounts_shm(node: Node | None) -> bool:
    if isinstance(node, Scalar):
        return DEVICE_SHM in node.string.split(":")
    target = node.scalar("target") if isinstance(node, Mapping) else None
    return target is not None and target.string == DEVICE_SHM
