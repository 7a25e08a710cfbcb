"""The GPU memory that services have and need, in bytes."""

from collections.abc import Mapping
from typing import NamedTuple

from stacks.allocation import Allocation, ClaimKind, GpuClaim, Holding
from stacks.compose.document import Service
from stacks.compose.nodes import Mapping as MappingNode
from stacks.compose.nodes import Scalar
from stacks.compose.sizes import parse_bytes
from stacks.compose.source import Span
from stacks.facts.cuda_visible_devices import read_cuda_visible_devices
from stacks.facts.models import LanguageModel, find_model
from stacks.gpu_use import Hold, identifier_way
from stacks.model_servers import ModelServer, chooses_gpu_itself

EXTENSION = "x-gpu-compose"
NEED = "vram"


class DeclaredNeed(NamedTuple):
    """What a service says that it needs on each of its GPUs; the size is None where it cannot be read."""

    node: Scalar
    size: int | None


class Part(NamedTuple):
    """A GPU that a service holds, or the MIG instance of it; `key` is the same for the same memory."""

    key: tuple[int, int | None]
    name: str
    total: int | None
    free: int | None
    span: Span


def declared_need(service: Service) -> DeclaredNeed | None:
    """The value of `vram` in the service's `x-gpu-compose`."""
    extension = service.node.effective.get(EXTENSION)
    node = extension.value.scalar(NEED) if extension is not None and isinstance(extension.value, MappingNode) else None
    if node is None:
        return None
    size = parse_bytes(node.string)
    return DeclaredNeed(node, size if isinstance(size, int) and size > 0 else None)


def parts_by_service(allocation: Allocation) -> dict[str, tuple[Part, ...]]:
    """The GPUs and MIG instances of each service, each once; a whole GPU in MIG mode is left out."""
    found: dict[str, dict[tuple[int, int | None], Part]] = {}
    for holding in allocation.holdings:
        if holding.mig_instance is None and holding.gpu.mig_enabled:
            continue
        part = _part(holding)
        found.setdefault(holding.claim.service.name, {}).setdefault(part.key, part)
    return {name: tuple(parts.values()) for name, parts in found.items()}


def _part(holding: Holding) -> Part:
    gpu, instance = holding.gpu, holding.mig_instance
    span = holding.identifier.span if holding.identifier is not None else holding.claim.span
    if instance is None:
        return Part((gpu.index, None), f"GPU {gpu.index} ({gpu.name})", gpu.memory_total, gpu.memory_free, span)
    profile = f" ({instance.profile})" if instance.profile else ""
    name = f"MIG instance {gpu.index}:{instance.index}{profile}"
    return Part((gpu.index, instance.index), name, instance.memory_total, None, span)


class Load(NamedTuple):
    """A known model on known GPUs: on how many it is spread, and the smallest of them."""

    model: LanguageModel
    gpus: int
    part: Part
    available: float


def load_of(server: ModelServer, parts: tuple[Part, ...]) -> Load | None:
    """The model that a server loads onto its GPUs; None where the model, the memory or the spread is not known."""
    name, spread = server.model, server.parallel
    sizes = [part for part in parts if part.total is not None]
    if name is None or spread is None or not sizes or len(sizes) != len(parts) or server.option("offload") is not None:
        return None
    if server.option("data") is not None:
        return None
    is_choosing = chooses_gpu_itself(server.service) or server.service.variable("CUDA_VISIBLE_DEVICES") is not None
    if is_choosing and len({part.total for part in sizes}) > 1:
        return None  # it may be the larger one
    quantization = server.option("quantization")
    model = find_model(name.text, quantization.value.text if quantization is not None else "")
    smallest = min(sizes, key=lambda part: part.total or 0)
    # A server that is not told to spread takes one GPU, or, where that is its way, all that it has.
    gpus = len(parts) if spread[1] is None and server.row.get("takes_all") else spread[0]
    if model is None or not 0 < gpus <= len(parts):
        return None
    share = server.share
    return Load(model, gpus, smallest, (smallest.total or 0) * (share[0] if share is not None else 1.0))


def holds_by_gpu(allocation: Allocation, servers: Mapping[str, ModelServer]) -> dict[str, list[Hold]]:
    """Which servers, by the names of their services, use which GPU: by the host's numbers where it is known, else by
    what they claim. A server that is told by CUDA_VISIBLE_DEVICES which of its GPUs to use holds no other."""
    groups: dict[str, list[Hold]] = {}
    for name, server in servers.items():
        for key, claim in _used(server, _held(allocation, name)):
            groups.setdefault(key, []).append(Hold(claim, claim.span, key))
    return groups


def _held(allocation: Allocation, name: str) -> list[tuple[str, GpuClaim]]:
    """The GPUs of a service in the order that they have inside its container, as far as that is known."""
    found: dict[str, GpuClaim] = {}
    if allocation.host is not None and allocation.host.gpus is not None:
        mine = [holding for holding in allocation.holdings if holding.claim.service.name == name]
        for holding in sorted(mine, key=lambda each: each.gpu.index):
            part = "" if holding.mig_instance is None else f":{holding.mig_instance.index}"
            found.setdefault(f"{holding.gpu.index}{part}", holding.claim)
        return list(found.items())
    for claim in allocation.claims:
        for key in _names_of(claim) if claim.service.name == name else ():
            found.setdefault(key, claim)
    if all(key.isascii() and key.isdigit() for key in found):
        return sorted(found.items(), key=lambda item: int(item[0]))
    return list(found.items())


def _used(server: ModelServer, held: list[tuple[str, GpuClaim]]) -> list[tuple[str, GpuClaim]]:
    """Those that the server uses: as many as it spreads over, the first ones; none where it may be any of several."""
    spread, variable = server.parallel, server.service.variable("CUDA_VISIBLE_DEVICES")
    is_one_of_all = len(held) == 1 and held[0][1].kind is ClaimKind.ALL and held[0][0] == "0"
    numbers: list[int] = list(range(len(held)))
    if variable is not None:
        devices = read_cuda_visible_devices(variable.value or "").devices
        numbers = [device for device in devices if isinstance(device, int)]
        if len(numbers) < len(devices):
            return []
    if spread is not None and (spread[1] is not None or not server.row.get("takes_all")):
        numbers = numbers[: max(spread[0], 1)]
    if chooses_gpu_itself(server.service):
        return []
    if is_one_of_all and variable is not None:
        return [(str(number), held[0][1]) for number in numbers]
    is_ordered = all(key.partition(":")[0].isdigit() for key, _ in held)
    if not is_ordered and len(numbers) < len(held):
        return []
    return [held[number] for number in numbers if number < len(held)]


def _names_of(claim: GpuClaim) -> tuple[str, ...]:
    if claim.kind is ClaimKind.IDENTIFIERS:
        return tuple(identifier_way(each) for each in claim.identifiers)
    return ("0",) if claim.kind is ClaimKind.ALL else tuple(str(index) for index in range(min(claim.count, 64)))
