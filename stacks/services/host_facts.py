"""A snapshot in the words and drawings of the host page."""

from dataclasses import dataclass

from stacks.hosts.snapshot import Engine, Gpu, HostSnapshot


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
