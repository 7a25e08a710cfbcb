"""Whether a host can run what a template needs."""

from dataclasses import dataclass

from stacks.models import Host, Template

USABLE_SHARE = 0.94
"""Part of a GPU's named memory that it shows at least: error correction takes the rest (see `stacks.hosts.manual`)."""


@dataclass(frozen=True, slots=True)
class Fit:
    """`state` is ok, error or unchecked, as a severity badge takes it; `text` is the badge's word."""

    state: str
    text: str


def template_fit(template: Template, host: Host) -> Fit:
    """Compare a template's needs with the GPUs of a host's newest snapshot; what is not known is not passed."""
    needed, size = template.gpus_needed, template.vram_gib_needed
    kept = host.latest
    if needed is None or kept is None or kept.gpu_count is None:
        return Fit("unchecked", f"{host.name}: not known")
    gpus = list(host.gpus.all())
    if needed > len(gpus):
        return Fit("error", f"{host.name} has {len(gpus)} GPU{'' if len(gpus) == 1 else 's'}")
    if needed and size:
        if any(gpu.memory_total is None for gpu in gpus):
            return Fit("unchecked", f"{host.name}: memory not known")
        enough = sum((gpu.memory_total or 0) >= size * 1024**3 * USABLE_SHARE for gpu in gpus)
        if enough < needed:
            return Fit("error", f"{host.name} has too little GPU memory")
    return Fit("ok", f"{host.name} has the GPUs for it")
