from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.compose.gpu_nodes import host_files
from stacks.compose.values import quote
from stacks.gpu_use import requests_gpu
from stacks.patterns import lazy_pattern
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule

# libcuda.so.1, libnvidia-ml.so.470.82, nvidia-smi, and the folders in which distributions keep them.
_DRIVER_FILE = lazy_pattern(r"/(?:lib(?:cuda|nvidia-[a-z-]+|nvcuvid|nvoptix)\.so[.\d]*|nvidia-smi|nvidia-modprobe)\Z")
_DRIVER_FOLDER = lazy_pattern(r"/(?:usr/)?lib(?:64|/x86_64-linux-gnu|/aarch64-linux-gnu)?/nvidia(?:-\d+)?/?\Z")


@rule(
    "DEV603",
    title="The driver's files are mounted by hand",
    layer=Layer.GPU,
    severity=Severity.WARNING,
    on=Service,
    keys=("volumes",),
    url="https://github.com/NVIDIA/nvidia-docker/issues/1008",
)
def driver_files_mounted(service: Service, context: Context) -> Iterator[Finding]:
    """`libcuda.so.1`, `libnvidia-ml.so.1` and `nvidia-smi` belong to the driver and have to be of exactly the version
    of its kernel module. Mounted by hand they bring neither the device nodes nor the libraries that they load in turn,
    the file behind the name changes with every update of the driver, and beside a device request they hide what
    NVIDIA's toolkit puts there: `Driver/library version mismatch`.

    Ask for the GPU; the toolkit brings the libraries.

    ```yaml bad
    services:
      train:
        image: registry.example.org/team/trainer:2.4
        devices: [/dev/nvidia0, /dev/nvidiactl, /dev/nvidia-uvm]
        volumes:
          - /usr/lib/x86_64-linux-gnu/libcuda.so.1:/usr/lib/x86_64-linux-gnu/libcuda.so.1:ro
    ```
    ```yaml good
    services:
      train:
        image: registry.example.org/team/trainer:2.4
        gpus:
          - device_ids: ["0"]
    ```
    """
    beside = "what NVIDIA's toolkit brings" if requests_gpu(service) else "the version of the host's kernel module"
    for each in host_files(service.sequence("volumes")):
        if _DRIVER_FILE.search(each.source) or _DRIVER_FOLDER.search(each.source):
            yield Finding(
                each.span,
                f"this container may stop working with every update of the driver: {quote(each.source)} is mounted by"
                f" hand, and has to fit {beside}",
                "Ask for the GPU by a device request, which brings the driver's files.",
            )
