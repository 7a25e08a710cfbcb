"""How services use GPUs: which ask for one in any way, and which may run at the same time."""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from stacks.allocation import CDI_GPU, VISIBLE_DEVICES, Allocation, ClaimKind, GpuClaim, Identifier
from stacks.arguments import command_words
from stacks.compose.document import Service
from stacks.compose.gpu_requests import runs_nvidia
from stacks.compose.nodes import Mapping, Plain, Scalar, Sequence, plain_data
from stacks.compose.once import once
from stacks.compose.references import lineage
from stacks.compose.schema import schema_problems
from stacks.compose.source import Span
from stacks.facts.cuda_visible_devices import read_cuda_visible_devices
from stacks.facts.images import image_facts

if TYPE_CHECKING:
    from stacks.hosts.snapshot import Gpu, HostSnapshot

NVIDIA_NODE = "/dev/nvidia"
VISIBILITY = (VISIBLE_DEVICES, "CUDA_VISIBLE_DEVICES")


def requests_gpu(service: Service) -> bool:
    """Whether the engine, CDI or NVIDIA's runtime is asked to give this service a GPU, by itself or by its bases."""
    return runs_nvidia(service) or requests_gpu_by_device(service)


def requests_gpu_by_device(service: Service) -> bool:
    """As `requests_gpu`, without the runtime: by a device request or a CDI device."""
    family = lineage(service).services
    if any(request.is_for_gpus for each in family for request in each.device_requests):
        return True
    mappings = (mapping for each in family for mapping in each.device_mappings)
    return any(mapping.is_cdi and mapping.source.startswith(CDI_GPU) for mapping in mappings)


def means_gpu(service: Service, *, by_privilege: bool = True) -> bool:
    """Whether anything in the service says that a GPU is meant, working or not: device nodes and variables count.

    `by_privilege`: so does `privileged: true`, which opens every device.
    """
    if requests_gpu(service) or any(service.variable(name) is not None for name in VISIBILITY):
        return True
    if any(mapping.source.startswith(NVIDIA_NODE) for mapping in service.device_mappings):
        return True
    volumes = service.sequence("volumes")
    if volumes is not None and any(NVIDIA_NODE in scalar.string for scalar in volumes.scalars):
        return True
    privileged = service.scalar("privileged") if by_privilege else None
    return privileged is not None and privileged.value is True


def asks_wrongly(service: Service) -> bool:
    """Whether the service asks in a way that does not work and is reported there: mended, it needs no other request."""
    items = service.sequence("devices")
    written = [item.string.lower() for item in items.scalars] if items is not None else []
    if any("nvidia" in text or "gpu" in text for text in written):
        return True
    if any(word.text.startswith("--gpus") for word in command_words(service)):
        return True
    problems = [each for each in schema_problems(service.document) if each.path[:2] == service.path]
    if not problems:
        return False
    from stacks.compose.schema_gpu_places import is_about_gpus

    return any(is_about_gpus(service.document, each) for each in problems)


def sees_all_gpus(service: Service) -> bool:
    """Whether the container may open every GPU of the host, whatever it asks for: it is privileged, or its base is."""
    privileged = lineage(service).find("privileged")
    return isinstance(privileged, Scalar) and privileged.string.lower() == "true"


class Hold(NamedTuple):
    """A claim's hold on one GPU: where the document says so, in which way (`count`, `all`, the id), in what words."""

    claim: GpuClaim
    span: Span
    way: str
    text: str = ""


def overlapping(holds: Iterable[Hold], *, same_way: bool) -> Iterator[tuple[Hold, tuple[Hold, ...]]]:
    """Each hold that has earlier ones of other services beside it, with up to three of these.

    `same_way` asks for earlier holds of the same way, otherwise for those of other ways. Services whose profiles have
    nothing in common are not started together; neither are a service and one that waits for it to end, nor a service of
    no replicas. Two that CUDA_VISIBLE_DEVICES parts are left out, too.
    """
    earlier: dict[tuple[tuple[str, ...], str], list[Hold]] = {}
    kept: dict[tuple[str, str], int] = {}
    for hold in holds:
        service = hold.claim.service
        if service.replicas == 0:
            continue
        found: list[Hold] = []
        for (profiles, way), held in earlier.items():
            if (way == hold.way) is same_way and len(found) < 3 and share_profile(profiles, service.profiles):
                found.extend(_running_with(hold.claim, held, 3 - len(found)))
        if found:
            yield hold, tuple(found)
        of_service = service.name, hold.way
        kept[of_service] = kept.get(of_service, 0) + 1
        if kept[of_service] <= 3:  # more of one service are never among the first three for another
            earlier.setdefault((service.profiles, hold.way), []).append(hold)


def identifier_way(identifier: Identifier) -> str:
    """The way of holding a GPU by its id: indexes and UUIDs in any case."""
    return identifier.text.strip().casefold()


@cache
def share_profile(first: tuple[str, ...], second: tuple[str, ...]) -> bool:
    """Whether services of these profiles are started together; one without profiles always is."""
    return not first or not second or not set(first).isdisjoint(second)


def _running_with(claim: GpuClaim, held: list[Hold], most: int) -> Iterator[Hold]:
    service = claim.service
    for hold in held:
        if most <= 0:
            return
        other = hold.claim.service
        if other is service or _waits_for_end(service, other) or _waits_for_end(other, service):
            continue
        if not _use_others(claim, hold.claim):
            most -= 1
            yield hold


def _use_others(claim: GpuClaim, other: GpuClaim) -> bool:
    """Whether CUDA_VISIBLE_DEVICES leaves two services other ones of the same GPUs."""
    mine, others = _numbers_left(claim.service), _numbers_left(other.service)
    if not mine or not others or not mine.isdisjoint(others):
        return False
    if ClaimKind.IDENTIFIERS not in (claim.kind, other.kind):
        return True  # both count from the host's first GPU
    return {identifier_way(each) for each in claim.identifiers} == {identifier_way(each) for each in other.identifiers}


@once
def _numbers_left(service: Service) -> frozenset[int]:
    """The numbers that CUDA_VISIBLE_DEVICES names; none where it is not said, or does not name numbers alone."""
    variable = service.variable("CUDA_VISIBLE_DEVICES")
    devices = read_cuda_visible_devices(variable.value or "").devices if variable is not None else ()
    numbers = frozenset(device for device in devices if isinstance(device, int))
    return numbers if len(numbers) == len(devices) else frozenset()


def _waits_for_end(service: Service, other: Service) -> bool:
    """Whether `service` starts only when `other` has ended (`condition: service_completed_successfully`)."""
    node = service.node.value("depends_on")
    dependency = node.value(other.name) if isinstance(node, Mapping) else None
    condition = dependency.value("condition") if isinstance(dependency, Mapping) else None
    return isinstance(condition, Scalar) and condition.string == "service_completed_successfully"


def asking_services(allocation: Allocation) -> Iterator[tuple[Service, Span]]:
    """Each service that asks for a GPU, once, and where."""
    asked: set[str] = set()
    for claim in allocation.claims:
        if not claim.is_nothing and claim.service.name not in asked:
            asked.add(claim.service.name)
            yield claim.service, claim.span


def deploy_requests(service: Service) -> list[Plain]:
    """What `gpus` asks for as items of `deploy…devices`, which must state capabilities; empty for what is no `gpus`."""
    node = service.find("gpus")
    if isinstance(node, Scalar):
        return [{"driver": "nvidia", "count": "all", "capabilities": ["gpu"]}] if node.value == "all" else []
    items = plain_data(node) if isinstance(node, Sequence) else None
    requests: list[Plain] = []
    for item in items if isinstance(items, list) else ():
        if not isinstance(item, dict):
            return []
        words = item.get("capabilities")
        listed = list(words) if isinstance(words, list) else []
        whole: dict[str, Plain] = {"driver": "nvidia", **item}
        if "count" not in item and "device_ids" not in item:
            whole["count"] = "all"
        requests.append(whole | {"capabilities": listed if "gpu" in listed else ["gpu", *listed]})
    return requests


def observes(service: Service) -> bool:
    """Whether the service only watches GPUs, as exporters of metrics do, and holds none of their memory."""
    known = image_facts(service.image.string).known if service.image is not None else None
    return known is not None and known.observes


def host_label(host: "HostSnapshot") -> str:
    """The host's name for a sentence."""
    return f"`{host.hostname}`" if host.hostname else "the host"


def gpu_words(indexes: Iterable[int]) -> str:
    """GPUs for a sentence: `GPU 0`, `GPUs 0 and 1`, `GPUs 0 to 7`, `no GPU`."""
    found = sorted(set(indexes))
    if len(found) < 2:
        return f"GPU {found[0]}" if found else "no GPU"
    if len(found) > 2 and found == list(range(found[0], found[-1] + 1)):
        return f"GPUs {found[0]} to {found[-1]}"
    return f"GPUs {', '.join(str(index) for index in found[:-1])} and {found[-1]}"


def free_gpus(allocation: Allocation) -> "tuple[Gpu, ...]":
    """The host's GPUs that no service of the document holds and that nothing else uses now."""
    held = {holding.gpu.index for holding in allocation.holdings if not observes(holding.claim.service)}
    gpus = allocation.host.gpus if allocation.host is not None else None
    return tuple(gpu for gpu in gpus or () if gpu.index not in held and not gpu.mig_enabled and not is_busy(gpu))


def gpus_of_their_own(claims: Iterable[GpuClaim], allocation: Allocation) -> dict[int, tuple[int, ...]]:
    """For each claim, by its `id()`, as many free GPUs as it counts, each once; empty where there are not enough."""
    free = [gpu.index for gpu in free_gpus(allocation)]
    plan: dict[int, tuple[int, ...]] = {}
    for claim in claims:
        if len(free) < claim.count:
            return {}
        plan[id(claim)] = tuple(free[: claim.count])
        del free[: claim.count]
    return plan


def is_busy(gpu: "Gpu") -> bool:
    """Whether more of its memory is in use than a driver and a desktop take."""
    return gpu.memory_used is not None and gpu.memory_total is not None and gpu.memory_used * 20 > gpu.memory_total
