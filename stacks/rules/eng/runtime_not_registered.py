from collections.abc import Iterator

from stacks.allocation import CDI_GPU, NO_DEVICES, NVIDIA_RUNTIME, VISIBLE_DEVICES
from stacks.compose import editing
from stacks.compose.document import Service
from stacks.compose.gpu_requests import RESERVED_DEVICES, in_steps
from stacks.compose.source import TextEdit
from stacks.gpu_use import host_label
from stacks.hosts.snapshot import Engine
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.fixes import fix_at
from stacks.rules.registry import ENGINE, rule


@rule(
    "ENG101",
    title="The engine does not know the runtime",
    layer=Layer.HOST,
    severity=Severity.ERROR,
    on=Service,
    needs=(ENGINE,),
    keys=("runtime",),
    url="https://github.com/moby/moby/blob/master/daemon/runtime_unix.go",
)
def runtime_not_registered(service: Service, context: Context) -> Iterator[Finding]:
    """`runtime:` names an entry of `runtimes` in the engine's `daemon.json`. Where there is none of that name the
    container does not start: `unknown or invalid runtime name: nvidia`. Installing NVIDIA's toolkit does not write
    the entry; `sudo nvidia-ctk runtime configure --runtime=docker` does, followed by a restart of the engine.

    A device request needs no such entry, only the toolkit, and works on every Compose since 1.28.

    ```yaml bad
    # host: no-toolkit
    services:
      chat:
        image: ollama/ollama:0.13.5
        runtime: nvidia
    ```
    ```yaml good
    # host: mixed
    services:
      chat:
        image: ollama/ollama:0.13.5
        runtime: nvidia
        environment:
          NVIDIA_VISIBLE_DEVICES: "0"
    ```
    """
    runtime, host = service.runtime, context.snapshot()
    engine = host.engine
    if runtime is None or engine is None or engine.runtimes is None or runtime.string in engine.runtimes:
        return
    name = runtime.string
    listed = ", ".join(f"`{each}`" for each in engine.runtimes)
    hint = f"Use one that it has: {listed}."
    if name == NVIDIA_RUNTIME:
        hint = "Run `sudo nvidia-ctk runtime configure --runtime=docker` there and restart Docker, or use a request."
    yield Finding(
        runtime.span,
        f"this container will not start: the engine of {host_label(host)} has no runtime `{name}`",
        hint,
        _fix(service, engine) if name == NVIDIA_RUNTIME else None,
    )


def _fix(service: Service, engine: Engine) -> Fix | None:
    """A request in place of the runtime, where the engine can serve one and the service has none."""
    variable = service.variable(VISIBLE_DEVICES)
    names = (
        [] if variable is None else [name.strip().removeprefix(CDI_GPU) for name in (variable.value or "").split(",")]
    )
    if not engine.nvidia_hook or service.device_requests or NO_DEVICES & set(names):
        return None
    chosen: dict[str, object] = {"count": "all"} if not names or "all" in names else {"device_ids": names}
    document, path = service.document, service.path

    def edits() -> tuple[TextEdit, ...]:
        request = {"driver": NVIDIA_RUNTIME, **chosen, "capabilities": ["gpu"]}
        return in_steps(
            document,
            lambda step: editing.delete(step, (*path, "runtime")),
            lambda step: editing.append_item(step, (*path, *RESERVED_DEVICES), request),
        )

    title = "ask for the GPUs by a device request instead of `runtime: nvidia`"
    return fix_at(document, (*path, "runtime"), title, edits)
