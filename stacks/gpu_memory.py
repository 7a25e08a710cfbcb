"""The GPU memory that services have and need, in bytes."""

from collections.abc import Collection
from typing import NamedTuple

from stacks.allocation import Allocation, ClaimKind, GpuClaim, Holding
from stacks.compose.document import Service
from stacks.compose.nodes import Mapping, Scalar
from stacks.compose.sizes import parse_bytes
from stacks.compose.source import Span
from stacks.facts.models import LanguageModel, find_model
from stacks.gpu_use import Hold, identifier_way
from stacks.model_servers import ModelServer

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
    node = extension.value.scalar(NEED) if extension is not None and isinstance(extension.value, Mapping) else None
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
    quantization = server.option("quantization")
    model = find_model(name.text, quantization.value.text if quantization is not None else "")
    smallest = min(sizes, key=lambda part: part.total or 0)
    # A server that is not told to spread takes one GPU, or, where that is its way, all that it has.
    gpus = len(parts) if spread[1] is None and server.row.get("takes_all") else spread[0]
    if model is None or not 0 < gpus <= len(parts):
        return None
    share = server.share
    return Load(model, gpus, smallest, (smallest.total or 0) * (share[0] if share is not None else 1.0))


def holds_by_gpu(allocation: Allocation, services: Collection[str]) -> dict[str, list[Hold]]:
    """Which of the named services hold which GPU: by the host's numbers where it is known, else by what they claim."""
    groups: dict[str, list[Hold]] = {}
    for holding in allocation.holdings:
        if holding.claim.service.name in services:
            part = "" if holding.mig_instance is None else f":{holding.mig_instance.index}"
            key = f"{holding.gpu.index}{part}"
            groups.setdefault(key, []).append(Hold(holding.claim, holding.claim.span, key))
    if allocation.host is None or allocation.host.gpus is None:
        for claim in allocation.claims:
            for key in _names_of(claim) if claim.service.name in services else ():
                groups.setdefault(key, []).append(Hold(claim, claim.span, key))
    return groups


def _names_of(claim: GpuClaim) -> tuple[str, ...]:
    if claim.kind is ClaimKind.IDENTIFIERS:
        return tuple(identifier_way(each) for each in claim.identifiers)
    return ("0",) if claim.kind is ClaimKind.ALL else tuple(str(index) for index in range(min(claim.count, 64)))
