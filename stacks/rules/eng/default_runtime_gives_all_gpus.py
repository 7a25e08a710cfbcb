from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.facts.environment import sets_visible_devices
from stacks.gpu_use import host_label, means_gpu
from stacks.gpu_variables import runs_nvidia_by_default
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import ENGINE, rule


@rule(
    "ENG112",
    title="The engine's default runtime gives this container all GPUs",
    layer=Layer.HOST,
    severity=Severity.INFO,
    on=Service,
    needs=(ENGINE,),
    url="https://github.com/NVIDIA/nvidia-docker/issues/764",
)
def default_runtime_gives_all_gpus(service: Service, context: Context) -> Iterator[Finding]:
    """The engine of this host runs every container with NVIDIA's runtime, which gives GPUs by the variable
    `NVIDIA_VISIBLE_DEVICES`. Images that are built on NVIDIA's set it to `all`: their containers see every GPU without
    asking, those of other services included.

    Ask for the GPUs that are meant, or set `NVIDIA_VISIBLE_DEVICES: none`.

    ```yaml bad
    # host: default-runtime
    services:
      train:
        image: pytorch/pytorch:2.9.1-cuda12.8-cudnn9-runtime
        shm_size: 8gb
    ```
    ```yaml good
    # host: default-runtime
    services:
      train:
        image: pytorch/pytorch:2.9.1-cuda12.8-cudnn9-runtime
        shm_size: 8gb
        gpus:
          - device_ids: ["0"]
    ```
    """
    host, image = context.snapshot(), service.image
    if image is None or not runs_nvidia_by_default(host) or not sets_visible_devices(image.string):
        return
    if service.runtime is None and not service.device_requests and not means_gpu(service):
        yield Finding(
            image.span,
            f"this container will see all GPUs without asking: the default runtime of {host_label(host)} is `nvidia`, "
            "and the image sets `NVIDIA_VISIBLE_DEVICES=all`",
            "Ask for the GPUs that are meant, or set `NVIDIA_VISIBLE_DEVICES: none`.",
        )
