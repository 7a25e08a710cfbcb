"""A snapshot in the words and drawings of the host page."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.timesince import timesince

from stacks.facts.cuda_tags import newest_for
from stacks.hosts.snapshot import Engine, Gpu, HostSnapshot
from stacks.services.host import SOURCES, moment_of


@dataclass(frozen=True, slots=True)
class MemoryBar:
    """Memory of a GPU for a bar, `used_width` in percent of it."""

    total: int
    used: int | None

    @property
    def used_width(self) -> str:
        return "0" if not self.used else f"{min(100.0, 100 * self.used / self.total):.2f}"


@dataclass(frozen=True, slots=True)
class Ability:
    """A line of the engine's checklist: `state` is yes, no or unknown; `text` says what it means for the user."""

    state: str
    title: str
    text: str


def ago(moment: datetime) -> str:
    """How long ago, in the largest unit that fits: `just now`, `3 minutes ago`."""
    return "just now" if (timezone.now() - moment).total_seconds() < 60 else f"{timesince(moment, depth=1)} ago"


def snapshot_words(snapshot: HostSnapshot) -> str:
    """Which snapshot a check was made against: the host, the age, and who said so."""
    taken_at = moment_of(snapshot.taken_at)
    age = f" as it was {ago(taken_at)}," if taken_at else ""
    return f"{snapshot.hostname or 'The host'}{age} by {SOURCES[snapshot.source.value]}"


def what_is_missing(snapshot: HostSnapshot) -> str:
    """What is not known of a host, so that the rules which need it were not run; nothing where all is known."""
    words = {
        (True, True): "the host's GPUs and its container engine are",
        (True, False): "the host's GPUs are",
        (False, True): "the host's container engine is",
    }.get((snapshot.gpus is None, snapshot.engine is None))
    return f"{words} not known, so what depends on that was not checked" if words else ""


def newest_cuda_words(snapshot: HostSnapshot) -> str:
    """The newest CUDA that the driver runs by itself: what it said, else what its version stands for; empty if neither.

    The rules on drivers go by the same two.
    """
    if snapshot.cuda_version:
        return ".".join(map(str, snapshot.cuda_version))
    derived = newest_for(snapshot)
    return ".".join(map(str, derived)) + ", by the driver's version" if derived else ""


def memory_bar(gpu: Gpu) -> MemoryBar | None:
    return MemoryBar(gpu.memory_total, gpu.memory_used) if gpu.memory_total else None


def abilities(snapshot: HostSnapshot) -> tuple[Ability, ...]:
    """What the host's container engine can do with its GPUs, in plain words."""
    engine = snapshot.engine
    if engine is None:
        return ()
    return (_driver(snapshot), _hook(engine), _runtime(engine), _cdi(engine))


def _driver(snapshot: HostSnapshot) -> Ability:
    if snapshot.driver_version:
        return Ability("yes", f"NVIDIA driver {snapshot.driver_version}", "GPUs can be used on this host.")
    return Ability(
        "unknown", "NVIDIA driver not seen", "Paste the output of nvidia-smi to add the driver and the GPUs."
    )


def _hook(engine: Engine) -> Ability:
    """`gpus:` and `deploy … devices` with `driver: nvidia` need NVIDIA's hook beside the engine."""
    title = "GPU requests: deploy … devices and gpus"
    if engine.nvidia_hook is None:
        return Ability("unknown", title, "This source cannot see whether the NVIDIA Container Toolkit is installed.")
    if engine.nvidia_hook:
        return Ability("yes", title, "The NVIDIA Container Toolkit is installed; Compose files may ask for GPUs.")
    return Ability(
        "no", title, "Containers that ask for a GPU will not start: install the NVIDIA Container Toolkit on the host."
    )


def _runtime(engine: Engine) -> Ability:
    title = "Runtime nvidia"
    if engine.runtimes is None:
        return Ability("unknown", title, "This source does not list the engine's runtimes.")
    if "nvidia" not in engine.runtimes:
        return Ability("no", title, "A service with `runtime: nvidia` will not start: the runtime is not registered.")
    if engine.default_runtime == "nvidia":
        return Ability("yes", title, "Registered, and the default: containers get GPUs by environment variables alone.")
    return Ability("yes", title, "Registered: a service may say `runtime: nvidia`.")


def _cdi(engine: Engine) -> Ability:
    title = "CDI devices"
    if engine.cdi_devices is None:
        return Ability("unknown", title, "The engine does not list its CDI devices; older engines cannot.")
    found = [name for name in engine.cdi_devices if name.startswith("nvidia.com/gpu=")]
    if found:
        return Ability("yes", title, f"{len(found)} found: services may name GPUs as `{found[0]}`.")
    return Ability("no", title, "None found: `nvidia.com/gpu=…` in a Compose file will be refused by the engine.")
