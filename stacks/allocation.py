"""Which service gets which GPUs: what a document claims, resolved against a host where one is known.

The engine reserves nothing: `count: N` always gives GPUs 0 to N-1, and two services may hold one GPU. Source: moby,
daemon/devices_nvidia_linux.go (`countToDevices`).
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from stacks.compose.devices import ALL_GPUS, DeviceMapping, DeviceRequest, RequestOrigin
from stacks.compose.document import Document, Service
from stacks.compose.environment import EnvironmentVariable
from stacks.compose.nodes import Scalar
from stacks.compose.references import lineage
from stacks.compose.source import Span
from stacks.facts.environment import sets_visible_devices
from stacks.patterns import lazy_pattern

if TYPE_CHECKING:
    from stacks.hosts.snapshot import Gpu, HostSnapshot, MigInstance

VISIBLE_DEVICES = "NVIDIA_VISIBLE_DEVICES"
NVIDIA_RUNTIME = "nvidia"
CDI_GPU = "nvidia.com/gpu="
_TYPE = lazy_pattern(r"\A(?:gpu|mig)(?=[0-9])")
NO_DEVICES = frozenset({"", "none", "void"})


class ClaimOrigin(StrEnum):
    """By which of Compose's ways a service asks for GPUs."""

    DEPLOY = "deploy"
    GPUS = "gpus"
    CDI = "cdi"
    RUNTIME = "runtime"


class ClaimKind(StrEnum):
    ALL = "all"
    COUNT = "count"
    IDENTIFIERS = "identifiers"


class Identifier(NamedTuple):
    """One GPU named in a document: an index, a UUID, a MIG name or a CDI device name without its kind."""

    text: str
    span: Span


class GpuClaim(NamedTuple):
    """One request of one service. `count` is set for ClaimKind.COUNT, `identifiers` for ClaimKind.IDENTIFIERS."""

    service: Service
    origin: ClaimOrigin
    kind: ClaimKind
    span: Span
    count: int = 0  # type: ignore[assignment]  # nobody counts the items of a claim
    identifiers: tuple[Identifier, ...] = ()
    request: DeviceRequest | None = None
    mapping: DeviceMapping | None = None
    variable: EnvironmentVariable | None = None

    @property
    def is_nothing(self) -> bool:
        """A request that gives no GPU: `count: 0` or an empty list of ids."""
        return (self.kind is ClaimKind.COUNT and self.count == 0) or (
            self.kind is ClaimKind.IDENTIFIERS and not self.identifiers
        )


class Holding(NamedTuple):
    """One claim's hold on one GPU, or on one MIG instance of it. `identifier` is None for `all` and counts."""

    claim: GpuClaim
    gpu: "Gpu"
    mig_instance: "MigInstance | None"
    identifier: Identifier | None


class Allocation(NamedTuple):
    """The claims of a document, and, with a host, who holds what and which identifiers name nothing there."""

    claims: tuple[GpuClaim, ...]
    holdings: tuple[Holding, ...]
    unresolved: tuple[tuple[GpuClaim, Identifier], ...]
    host: "HostSnapshot | None"

    def of_service(self, name: str) -> tuple[GpuClaim, ...]:
        return tuple(claim for claim in self.claims if claim.service.name == name)

    def held_by(self, name: str) -> tuple[Holding, ...]:
        """What the service of that name holds on the host."""
        return tuple(holding for holding in self.holdings if holding.claim.service.name == name)

    def on_gpu(self, index: int) -> tuple[Holding, ...]:
        """Who holds the GPU of that index, whole or a part of it."""
        return tuple(holding for holding in self.holdings if holding.gpu.index == index)


def allocate(document: Document, host: "HostSnapshot | None") -> Allocation:
    """Find the claims of every service and resolve them against the host's GPUs, where these are known.

    A variable that a request overrides stays among the claims, and holds nothing.
    """
    by_default = host is not None and host.engine is not None and host.engine.default_runtime == NVIDIA_RUNTIME
    claims = tuple(
        claim
        for service in document.services
        for claim in (*service_claims(service, runs_nvidia_by_default=by_default), *_claims_of_image(service))
    )
    holdings: list[Holding] = []
    unresolved: list[tuple[GpuClaim, Identifier]] = []
    if host is not None and host.gpus is not None:
        overridden = {claim.service.name for claim in claims if overrides_variable(claim)}
        for claim in claims:
            if claim.origin is ClaimOrigin.RUNTIME and claim.service.name in overridden:
                continue
            if claim.kind is not ClaimKind.IDENTIFIERS:
                wanted = len(host.gpus) if claim.kind is ClaimKind.ALL else claim.count
                holdings.extend(Holding(claim, gpu, None, None) for gpu in host.gpus[:wanted])
            for identifier in claim.identifiers:
                match = host.resolve_gpu(identifier.text)
                if match is not None:
                    holdings.append(Holding(claim, match.gpu, match.mig_instance, identifier))
                else:
                    unresolved.append((claim, identifier))
    return Allocation(claims, tuple(holdings), tuple(unresolved), host)


def _claims_of_image(service: Service) -> Iterator[GpuClaim]:
    """NVIDIA's runtime without a variable in the file gives all GPUs where the image is known to set it to `all`."""
    runtime, image = service.runtime, service.image
    if runtime is None or image is None or runtime.string != NVIDIA_RUNTIME or service.device_requests:
        return
    if service.variable(VISIBLE_DEVICES) is None and sets_visible_devices(image.string):
        yield GpuClaim(service, ClaimOrigin.RUNTIME, ClaimKind.ALL, runtime.span)


def service_claims(service: Service, *, runs_nvidia_by_default: bool = False) -> Iterator[GpuClaim]:
    """Every way in which a service asks for GPUs, in the order deploy, gpus, CDI devices, nvidia runtime.

    Where the engine's default runtime is NVIDIA's, the variable alone asks as well, in a service that names no runtime.
    """
    found = False
    for request in service.device_requests:
        if request.is_for_gpus:
            found = True
            yield from _request_claim(service, request)
    for mapping in service.device_mappings:
        if mapping.is_cdi and mapping.source.startswith(CDI_GPU):
            found = True
            yield _cdi_claim(service, mapping)
    if service.runtime is not None or (runs_nvidia_by_default and not found):
        yield from _runtime_claim(service)


def overrides_variable(claim: GpuClaim) -> bool:
    """Whether the engine appends an NVIDIA_VISIBLE_DEVICES of its own for this claim, the last of which counts.

    Source: moby, daemon/nvidia_linux.go.
    """
    return claim.request is not None and not claim.request.is_cdi and not claim.is_nothing


def effective_claims(service: Service) -> tuple[GpuClaim, ...]:
    """The claims of a service, or, where it has none itself, those of what it extends."""
    found = tuple(service_claims(service))
    if found or service.get("extends") is None:
        return found
    bases = lineage(service).services[1:]
    return next((claims for base in bases if (claims := tuple(service_claims(base)))), ())


def _request_claim(service: Service, request: DeviceRequest) -> Iterator[GpuClaim]:
    origin = ClaimOrigin.GPUS if request.origin is RequestOrigin.GPUS else ClaimOrigin.DEPLOY
    if request.device_ids:
        identifiers = tuple(_identifier(node) for node in request.device_ids)
        if any(each.text == "all" for each in identifiers):
            yield GpuClaim(service, origin, ClaimKind.ALL, request.span, request=request)
        else:
            yield GpuClaim(
                service, origin, ClaimKind.IDENTIFIERS, request.span, identifiers=identifiers, request=request
            )
        return
    count = request.count
    if count is not None and count.number is None:
        return
    if count is None or count.number == ALL_GPUS:
        yield GpuClaim(service, origin, ClaimKind.ALL, request.span, request=request)
    else:
        yield GpuClaim(service, origin, ClaimKind.COUNT, request.span, count=count.number or 0, request=request)


def without_kind(text: str) -> str:
    """A GPU's name without the kind of CDI names, nor the type that `nvidia-ctk` may put to it: `gpu1`, `mig1:0`."""
    return _TYPE.sub("", text.removeprefix(CDI_GPU)) if text.startswith(CDI_GPU) else text


def _identifier(node: Scalar) -> Identifier:
    return Identifier(without_kind(node.string), node.span)


def _cdi_claim(service: Service, mapping: DeviceMapping) -> GpuClaim:
    name = without_kind(mapping.source)
    if name == "all":
        return GpuClaim(service, ClaimOrigin.CDI, ClaimKind.ALL, mapping.span, mapping=mapping)
    identifiers = (Identifier(name, mapping.span),)
    return GpuClaim(
        service, ClaimOrigin.CDI, ClaimKind.IDENTIFIERS, mapping.span, identifiers=identifiers, mapping=mapping
    )


def _runtime_claim(service: Service) -> Iterator[GpuClaim]:
    """`runtime: nvidia` with NVIDIA_VISIBLE_DEVICES; without the variable the image decides, which is no claim."""
    variable = service.variable(VISIBLE_DEVICES)
    if variable is None or (service.runtime is not None and service.runtime.string != NVIDIA_RUNTIME):
        return
    names = [name.strip() for name in (variable.value or "").split(",")]
    if NO_DEVICES & set(names):
        return
    if "all" in names:
        yield GpuClaim(service, ClaimOrigin.RUNTIME, ClaimKind.ALL, variable.span, variable=variable)
        return
    identifiers = tuple(Identifier(without_kind(name), variable.value_span) for name in names)
    yield GpuClaim(
        service,
        ClaimOrigin.RUNTIME,
        ClaimKind.IDENTIFIERS,
        variable.span,
        identifiers=identifiers,
        variable=variable,
    )
