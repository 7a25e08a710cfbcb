"""What a service's variables say of GPUs: which they ask for, and which of them the container will not have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacks.allocation import ClaimKind, GpuClaim
from stacks.compose.devices import DeviceRequest
from stacks.compose.document import Document, Service
from stacks.compose.environment import EnvironmentVariable
from stacks.compose.gpu_identifiers import NOTHING, IdentifierKind, identifier_kind
from stacks.compose.gpu_requests import NVIDIA_RUNTIME, GpuSelection, asks_for_gpus, selection_in
from stacks.compose.once import once
from stacks.facts.cuda_visible_devices import read_cuda_visible_devices

if TYPE_CHECKING:
    from stacks.hosts.snapshot import HostSnapshot


def runs_nvidia_by_default(host: HostSnapshot | None) -> bool:
    """Whether the host's engine is known to give every container NVIDIA's runtime, which then reads the variables."""
    return host is not None and host.engine is not None and host.engine.default_runtime == NVIDIA_RUNTIME


def asking_variable(service: Service) -> EnvironmentVariable | None:
    """The variable by which a GPU is asked for: the toolkit's before CUDA's; None where its value asks for none."""
    visible = service.variable("NVIDIA_VISIBLE_DEVICES")
    if visible is not None and not NOTHING & {part.strip() for part in (visible.value or "void").split(",")}:
        return visible
    cuda = service.variable("CUDA_VISIBLE_DEVICES")
    if visible is None and cuda is not None and read_cuda_visible_devices(cuda.value or "").devices:
        return cuda
    return None


def is_meant_for_others(service: Service, variable: EnvironmentVariable) -> bool:
    """Whether the very same text is, through an anchor, in a service that does ask for GPUs."""
    if service.node.start <= variable.node.start < service.node.end:
        return False
    return id(variable.node) in _of_gpu_services(service.document)


@once
def _of_gpu_services(document: Document) -> frozenset[int]:
    """The nodes of the variables of all services that ask for GPUs."""
    asking = (each for each in document.services if asks_for_gpus(each))
    return frozenset(id(given.node) for each in asking for given in each.environment)


def asked_for(variable: EnvironmentVariable) -> GpuSelection | None:
    """The GPUs that a variable means, with a `${VARIABLE}` kept where it gives one GPU; None where it names none."""
    selection = selection_in(variable.value or "")
    if selection is None or variable.node.interpolated is None:
        return selection
    written = variable.node.text.partition("=")[2] if variable.in_list else variable.node.text
    return GpuSelection(device_ids=(written,)) if len(selection.device_ids) == 1 else None


def given_by(request: DeviceRequest) -> GpuSelection | None:
    """The GPUs that a request gives; None for none, or where its count cannot be read."""
    if request.device_ids:
        return GpuSelection(device_ids=tuple(node.string for node in request.device_ids))
    if request.asks_for_all:
        return GpuSelection()
    number = request.count.number if request.count is not None else None
    return GpuSelection(number) if number else None


def first_missing(
    claim: GpuClaim, devices: tuple[int | str, ...], host: HostSnapshot | None
) -> tuple[int, int | None] | None:
    """The first entry of CUDA_VISIBLE_DEVICES that the container will not have: its position, and of how many GPUs.

    The number is None where it is not why. Inside a container GPUs are numbered from 0.
    """
    count = gpus_given(claim, host)
    uuids = [each.text.lower() for each in claim.identifiers]
    kinds = {identifier_kind(each.text) for each in claim.identifiers}
    for position, device in enumerate(devices):
        if isinstance(device, int):
            if count is not None and device >= count:
                return position, count
        elif host is not None and host.gpus:
            match = host.resolve_gpu(device)
            if host.lacks(device) or (match is not None and match.gpu.index not in _indexes(claim, host)):
                return position, None
        elif kinds == {IdentifierKind.GPU_UUID} and device.startswith("gpu-"):
            known = any(uuid.startswith(device) or device.startswith(uuid) for uuid in uuids)
            if not known:
                return position, None
    return None


def _indexes(claim: GpuClaim, host: HostSnapshot) -> frozenset[int]:
    """The host's GPUs that a claim gives, whole or in part; all of them where a name of the claim is not known."""
    every = frozenset(gpu.index for gpu in host.gpus or ())
    if claim.kind is ClaimKind.COUNT:
        return frozenset(index for index in every if index < claim.count)
    matches = [host.resolve_gpu(each.text.strip()) for each in claim.identifiers]
    if claim.kind is ClaimKind.ALL or None in matches:
        return every
    return frozenset(match.gpu.index for match in matches if match is not None)


def gpus_given(claim: GpuClaim, host: HostSnapshot | None) -> int | None:
    """How many GPUs a claim gives the container; None where that is not known, or a GPU may be cut up by MIG."""
    if claim.is_nothing:
        return None
    if claim.kind is ClaimKind.COUNT:
        return claim.count
    if claim.kind is ClaimKind.IDENTIFIERS:
        names = {each.text.strip().lower() for each in claim.identifiers}
        return len(names) if all(identifier_kind(name) for name in names) else None
    gpus = host.gpus if host is not None else None
    if not gpus or any(gpu.mig_enabled is not False for gpu in gpus):
        return None
    return len(gpus)
