"""The GPU part of a service's form: how many or which GPUs it asks for, and in which of Compose's ways."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stacks.allocation import ClaimOrigin, service_claims
from stacks.compose.devices import ALL_GPUS
from stacks.compose.document import Service
from stacks.services.editor_gpus import described

_ORIGINS = {
    ClaimOrigin.DEPLOY: "deploy … devices",
    ClaimOrigin.GPUS: "gpus",
    ClaimOrigin.CDI: "CDI devices",
    ClaimOrigin.RUNTIME: "runtime: nvidia",
}


@dataclass(frozen=True, slots=True)
class GpuForm:
    """`mode` is none, all, count or ids; `origin` says in which way the document asks, empty where it does not."""

    mode: str
    count: str
    identifiers: tuple[str, ...]
    origin: str
    notes: tuple[Any, ...]
    error: str


def gpu_form(service: Service, notes: tuple[Any, ...], errors: Mapping[str, str], typed: Mapping[str, str]) -> GpuForm:
    selection = described(service)
    name = f"gpu-count@{service.name}"
    error = errors.get(name, "")
    if selection is None:
        return GpuForm("none", typed.get(name, "1") if error else "1", (), "", notes, error)
    origin = _ORIGINS[next(service_claims(service)).origin]
    mode = "ids" if selection.device_ids else "all" if selection.count == ALL_GPUS else "count"
    count = str(selection.count) if mode == "count" else "1"
    return GpuForm(mode, typed.get(name, count) if error else count, selection.device_ids, origin, notes, error)


def gpu_words(service: Service) -> str:
    """What the service asks for, in a few words: `all GPUs`, `2 GPUs`, `GPU 0, 1`; nothing for none."""
    selection = described(service)
    if selection is None:
        return ""
    if selection.device_ids:
        return "GPU " + ", ".join(short(each) for each in selection.device_ids)
    if selection.count == ALL_GPUS:
        return "all GPUs"
    return f"{selection.count} GPU{'' if selection.count == 1 else 's'}"


def short(identifier: str) -> str:
    """A UUID by its last 8 characters, as everywhere in the product."""
    return f"…{identifier[-8:]}" if len(identifier) > 12 else identifier
