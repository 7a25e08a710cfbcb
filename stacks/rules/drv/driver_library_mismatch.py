from collections.abc import Iterator

from stacks.compose.document import Document
from stacks.gpu_use import asking_services, host_label
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import HOST, rule

_WORDS = "driver/library version mismatch"


@rule(
    "DRV107",
    title="The host's driver was updated without a restart",
    layer=Layer.HOST,
    severity=Severity.ERROR,
    on=Document,
    needs=(HOST,),
    url="https://github.com/NVIDIA/nvidia-container-toolkit/issues/394",
)
def driver_library_mismatch(document: Document, context: Context) -> Iterator[Finding]:
    """A driver has a kernel module and libraries, which must be of one version. After an update of the packages the old
    module stays loaded until a restart, and everything that uses the GPU fails: `Failed to initialize NVML:
    Driver/library version mismatch`. Containers that ask for a GPU do not start.

    Restart the host, or unload and load the module again, and create the containers anew.

    ```yaml bad
    # host: mismatch
    services:
      chat:
        image: ollama/ollama:0.13.5
        gpus: [{count: 1}]
    ```
    ```yaml good
    # host: mismatch
    services:
      web:
        image: nginx:1.29
    ```
    """
    host = context.snapshot()
    if not any(_WORDS in note.text.lower() for note in host.notes):
        return
    for _, span in asking_services(context.allocation):
        yield Finding(
            span,
            f"this container will not start: the driver of {host_label(host)} was updated, and the old kernel "
            "module is still loaded",
            "Restart the host, and then create the containers anew.",
        )
