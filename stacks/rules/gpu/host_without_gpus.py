from collections.abc import Iterator

from stacks.compose.document import Document
from stacks.gpu_use import asking_services, host_label
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import GPUS, rule


@rule(
    "GPU101",
    title="A GPU is asked for on a host that has none",
    layer=Layer.HOST,
    severity=Severity.ERROR,
    on=Document,
    needs=(GPUS,),
    url="https://github.com/moby/moby/blob/master/daemon/devices_nvidia_linux.go",
)
def host_without_gpus(document: Document, context: Context) -> Iterator[Finding]:
    """The snapshot of the chosen host lists no GPU at all. A container that asks for one is created and does not start:
    the engine finds no device driver for it, or NVIDIA's toolkit finds no device.

    Choose the host that has the GPUs. If this one should have some, `nvidia-smi -L` on it must list them first: a
    missing driver looks the same.

    ```yaml bad
    # host: no-gpu
    services:
      train:
        image: pytorch/pytorch:2.9.1-cuda12.8-cudnn9-runtime
        shm_size: 8gb
        deploy:
          resources:
            reservations:
              devices:
                - driver: nvidia
                  count: 1
                  capabilities: [gpu]
    ```
    ```yaml good
    # host: no-gpu
    services:
      train:
        image: python:3.12
        command: python -c 'print("no GPU needed")'
    ```
    """
    host = context.snapshot()
    if host.gpus:
        return
    for _, span in asking_services(context.allocation):
        yield Finding(
            span,
            f"this container will not start: it asks for a GPU, and {host_label(host)} has none",
            "Choose a host with GPUs, or install the NVIDIA driver on this one.",
        )
