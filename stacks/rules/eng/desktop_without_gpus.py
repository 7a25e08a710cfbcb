from collections.abc import Iterator

from stacks.compose.document import Document
from stacks.gpu_use import asking_services, host_label
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import ENGINE, rule

_KERNEL = "linuxkit"  # of the virtual machine on macOS, on Linux, and on Windows with Hyper-V


@rule(
    "ENG110",
    title="This Docker Desktop has no NVIDIA GPUs",
    layer=Layer.HOST,
    severity=Severity.ERROR,
    on=Document,
    needs=(ENGINE,),
    url="https://docs.docker.com/desktop/features/gpu/",
)
def desktop_without_gpus(document: Document, context: Context) -> Iterator[Finding]:
    """Docker Desktop runs containers in a virtual machine. It passes NVIDIA GPUs into it on Windows alone, with the WSL
    2 backend. On macOS, on Linux and with Hyper-V containers see none, whatever the machine has: `could not select
    device driver "nvidia" with capabilities: [[gpu]]`.

    Run the stack on a host with Docker Engine, or on Windows with WSL 2. On a Mac run the model server outside Docker.

    ```yaml bad
    # host: desktop-mac
    services:
      chat:
        image: ollama/ollama:0.13.5
        gpus: [{count: 1}]
    ```
    ```yaml good
    # host: desktop-mac
    services:
      chat:
        image: ollama/ollama:0.13.5
    ```
    """
    host = context.snapshot()
    engine = host.engine
    if engine is None or not engine.desktop or _KERNEL not in (engine.kernel_version or ""):
        return
    for _, span in asking_services(context.allocation):
        yield Finding(
            span,
            f"this container will not start: Docker Desktop on {host_label(host)} has no NVIDIA GPUs; it passes "
            "them on with WSL 2 on Windows alone",
            "Choose a host with Docker Engine and NVIDIA GPUs.",
        )
