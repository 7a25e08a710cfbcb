"""Which GPUs a service asks for, changed in the way in which its document asks already.

A service without a request gets one under `deploy`, the form that Docker Compose has known for longest.
"""

from dataclasses import dataclass
from enum import StrEnum

from stacks.allocation import CDI_GPU, NVIDIA_RUNTIME, VISIBLE_DEVICES, ClaimOrigin, GpuClaim, allocate, service_claims
from stacks.compose import editing
from stacks.compose.devices import ALL_GPUS, DeviceRequest
from stacks.compose.document import Service
from stacks.compose.gpu_requests import GpuSelection, add_request
from stacks.compose.nodes import Path, Scalar, Sequence
from stacks.compose.variable_edits import set_variable, variable_path
from stacks.hosts.snapshot import Gpu, HostSnapshot, MigInstance
from stacks.services.editor_bench import Bench, EditRefused

LARGEST_COUNT = 64


class Pin(StrEnum):
    """By what a GPU is named in `device_ids`: the number that changes with the slots, or the name that never does."""

    INDEX = "index"
    UUID = "uuid"


@dataclass(frozen=True, slots=True)
class Slot:
    """What one cell of the board stands for: a GPU, or a MIG instance of one."""

    gpu: Gpu
    instance: MigInstance | None = None

    @property
    def key(self) -> str:
        return str(self.gpu.index) if self.instance is None else f"{self.gpu.index}:{self.instance.index}"

    @property
    def uuid(self) -> str | None:
        return self.gpu.uuid if self.instance is None else self.instance.uuid

    def identifier(self, pin: Pin) -> str:
        """How the slot is named in a document; EditRefused for a UUID that is not known."""
        if pin is Pin.INDEX:
            return self.key
        if not self.uuid:
            reason = f"the UUID of GPU {self.key} is not known: name GPUs by index, or add a snapshot of the host"
            raise EditRefused(f"{reason} from `nvidia-smi -L`")
        return self.uuid


def slots(host: HostSnapshot) -> tuple[Slot, ...]:
    """The columns of the board: a GPU in MIG mode has one for each instance instead of one for itself."""
    return tuple(
        slot
        for gpu in host.gpus or ()
        for slot in ([Slot(gpu, each) for each in gpu.mig_instances] if gpu.mig_enabled else []) or [Slot(gpu)]
    )


def pin_of(bench: Bench) -> Pin:
    """By what this document names its GPUs so far; the index where it names none."""
    named = [
        identifier.text
        for service in bench.document.services
        for claim in service_claims(service)
        for identifier in claim.identifiers
    ]
    return Pin.UUID if any(text.lower().startswith(("gpu-", "mig-")) for text in named) else Pin.INDEX


def toggle(bench: Bench, name: str, key: str, pin: Pin) -> None:
    """Give a GPU to a service, or take it away; a request for all or for a number becomes one for named GPUs."""
    host = bench.host
    slot = next((each for each in slots(host) if each.key == key), None) if host else None
    if host is None or slot is None:
        raise EditRefused(f"GPU {key} is not on the host: choose it again on the board")
    bench.service(name)
    named = [(each.text, _key(host, each.text)) for claim in _claims(bench, name) for each in claim.identifiers]
    counted = [
        (Slot(holding.gpu).identifier(pin), str(holding.gpu.index))
        for holding in allocate(bench.document, host).held_by(name)
        if holding.identifier is None
    ]
    held = list(dict.fromkeys(named + counted))
    if any(each == key for _, each in held):
        held = [(text, each) for text, each in held if each != key]
        bench.told.append(f"Took GPU {key} from {name}.")
    else:
        held.append((slot.identifier(pin), key))
        bench.told.append(f"Gave GPU {key} to {name}.")
    set_gpus(bench, name, GpuSelection(device_ids=tuple(text for text, _ in held)) if held else None)


def drop_identifier(bench: Bench, name: str, text: str) -> None:
    """Take an identifier that names nothing on the host out of the service's request."""
    left = [each.text for claim in _claims(bench, name) for each in claim.identifiers if each.text != text]
    set_gpus(bench, name, GpuSelection(device_ids=tuple(dict.fromkeys(left))) if left else None)


def _key(host: HostSnapshot, text: str) -> str:
    match = host.resolve_gpu(text)
    return text if match is None else Slot(match.gpu, match.mig_instance).key


def _claims(bench: Bench, name: str) -> tuple[GpuClaim, ...]:
    return tuple(service_claims(bench.service(name)))


def set_gpus(bench: Bench, name: str, selection: GpuSelection | None) -> None:
    """Make the service ask for these GPUs and no others; None for none."""
    while len(found := _claims(bench, name)) > 1 and not _one_list(found):
        _remove(bench, name, found[-1])
    if selection is None:
        while left := _claims(bench, name):
            _remove(bench, name, left[-1])
        _remove_runtime(bench, name)
        return
    claims = _claims(bench, name)
    service = bench.service(name)
    if not claims:
        if service.runtime is not None and service.runtime.string == NVIDIA_RUNTIME:
            _set_runtime(bench, name, selection)
        else:
            bench.change(add_request(service, selection))
        return
    first = claims[0]
    if first.origin is ClaimOrigin.CDI:
        _set_cdi(bench, name, selection)
    elif first.origin is ClaimOrigin.RUNTIME:
        _set_runtime(bench, name, selection)
    elif first.request is not None:
        _set_request(bench, first.request, selection)


def _one_list(claims: tuple[GpuClaim, ...]) -> bool:
    """Whether all claims are items of the one list `devices`, each of which names a GPU of its own."""
    return all(claim.origin is ClaimOrigin.CDI for claim in claims)


def _remove(bench: Bench, name: str, claim: GpuClaim) -> None:
    service = bench.service(name)
    if claim.request is not None:
        bench.change(editing.delete(bench.document, claim.request.path, prune=True))
    elif claim.mapping is not None:
        bench.change(editing.delete(bench.document, (*service.path, "devices", claim.mapping.index), prune=True))
    elif claim.variable is not None:
        bench.change(editing.delete(bench.document, variable_path(service, claim.variable), prune=True))


def _remove_runtime(bench: Bench, name: str) -> None:
    """`runtime: nvidia` without a variable leaves the choice to the image, which usually takes every GPU."""
    service = bench.service(name)
    if service.runtime is not None and service.runtime.string == NVIDIA_RUNTIME:
        bench.change(editing.delete(bench.document, (*service.path, "runtime")))


def _names(bench: Bench, selection: GpuSelection) -> list[str]:
    """The selection as names, for the forms that know no count: the engine's count is of the first GPUs."""
    if selection.device_ids:
        return list(selection.device_ids)
    return ["all"] if selection.count == ALL_GPUS else [str(number) for number in range(selection.count)]


def _set_cdi(bench: Bench, name: str, selection: GpuSelection) -> None:
    wanted = [CDI_GPU + each for each in _names(bench, selection)]
    for claim in reversed(_claims(bench, name)):
        if claim.mapping is not None and claim.mapping.source in wanted:
            wanted.remove(claim.mapping.source)
        elif len(bench.service(name).device_mappings) > 1 or not wanted:
            _remove(bench, name, claim)
        else:
            path = ("services", name, "devices", claim.mapping.index if claim.mapping else 0)
            bench.change(editing.set_value(bench.document, path, wanted.pop(0)))
    for each in wanted:
        bench.change(editing.append_item(bench.document, ("services", name, "devices"), each))


def _set_runtime(bench: Bench, name: str, selection: GpuSelection) -> None:
    service = bench.service(name)
    value = ",".join(_names(bench, selection))
    variable = service.variable(VISIBLE_DEVICES)
    path: Path = (*service.path, "environment")
    if variable is not None:
        bench.change(set_variable(service, variable, value))
    elif isinstance(service.find("environment"), Sequence):
        bench.change(editing.append_item(bench.document, path, f"{VISIBLE_DEVICES}={value}"))
    else:
        bench.change(editing.set_value(bench.document, (*path, VISIBLE_DEVICES), value))


def _set_request(bench: Bench, request: DeviceRequest, selection: GpuSelection) -> None:
    path = request.path
    if isinstance(request.node, Scalar):  # the word of `gpus: all`
        value = "all" if selection == GpuSelection() else [selection.request]
        bench.change(editing.set_value(bench.document, path, value))
        return
    prefix = CDI_GPU if request.is_cdi else ""
    if selection.device_ids or prefix:
        _set_identifiers(bench, request, [prefix + each for each in _names(bench, selection)])
        return
    if request.get("device_ids") is not None:
        if request.get("count") is None:
            bench.change(editing.rename_key(bench.document, (*path, "device_ids"), "count"))
        else:
            bench.change(editing.delete(bench.document, (*path, "device_ids")))
    bench.change(editing.set_value(bench.document, (*path, "count"), selection.keys["count"]))
    _complete(bench, request)


def _set_identifiers(bench: Bench, request: DeviceRequest, wanted: list[str]) -> None:
    """Write `device_ids`, touching no more of the list than has to change."""
    path: Path = (*request.path, "device_ids")
    written = [scalar.string for scalar in request.device_ids or ()]
    if request.get("count") is not None:
        if request.get("device_ids") is None:
            bench.change(editing.rename_key(bench.document, (*request.path, "count"), "device_ids"))
        else:
            bench.change(editing.delete(bench.document, (*request.path, "count")))
    if written and written == wanted[:-1]:
        bench.change(editing.append_item(bench.document, path, wanted[-1]))
    elif len(wanted) == len(written) - 1 and [each for each in written if each in wanted] == wanted:
        bench.change(editing.delete(bench.document, (*path, next(n for n, e in enumerate(written) if e not in wanted))))
    elif written != wanted:
        bench.change(editing.set_value(bench.document, path, list(wanted)))
    _complete(bench, request)


def _complete(bench: Bench, request: DeviceRequest) -> None:
    """Give the request the capability without which Compose refuses it."""
    if request.capabilities is None:
        bench.change(editing.set_value(bench.document, (*request.path, "capabilities"), ["gpu"]))


def count_in(text: str, field_name: str) -> int:
    """The number of GPUs that somebody typed."""
    text = text.strip()
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= LARGEST_COUNT:
        raise EditRefused(f"type a number of GPUs from 1 to {LARGEST_COUNT}", field_name)
    return int(text)


def described(service: Service) -> GpuSelection | None:
    """What the service's first request asks for; None for no request."""
    claim = next(service_claims(service), None)
    if claim is None:
        return None
    if claim.identifiers:
        names = [each.text for every in service_claims(service) for each in every.identifiers]
        return GpuSelection(device_ids=tuple(dict.fromkeys(names)))
    return GpuSelection() if claim.kind.value == "all" else GpuSelection(count=claim.count)
