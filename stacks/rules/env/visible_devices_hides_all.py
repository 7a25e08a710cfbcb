from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.compose.gpu_requests import runs_nvidia
from stacks.compose.values import quote
from stacks.compose.variable_edits import set_variable
from stacks.facts.images import GpuKind, image_facts
from stacks.facts.visible_devices import read_visible_devices
from stacks.gpu_use import requests_gpu_by_device
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "ENV205",
    title="NVIDIA_VISIBLE_DEVICES gives the nvidia runtime no GPU",
    layer=Layer.GPU,
    severity=Severity.WARNING,
    on=Service,
    keys=("environment",),
    url="https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/docker-specialized.html",
)
def visible_devices_hides_all(service: Service, context: Context) -> Iterator[Finding]:
    """For NVIDIA's runtime `void` and the empty value mean that the container has nothing to do with GPUs, and `none`
    that it gets the driver's libraries without a GPU. One of the words in a list outweighs all GPUs beside it. With
    `runtime: nvidia` in the same service that is hardly meant; for an image that needs a GPU, and where GPUs are named
    beside the word, it is an error.

    Name the GPUs, or leave `runtime: nvidia` out where none is wanted.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        shm_size: 8gb
        runtime: nvidia
        environment:
          NVIDIA_VISIBLE_DEVICES: void
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        shm_size: 8gb
        runtime: nvidia
        environment:
          NVIDIA_VISIBLE_DEVICES: all
    ```
    """
    variable = service.variable("NVIDIA_VISIBLE_DEVICES")
    if variable is None or variable.value is None or not runs_nvidia(service):
        return
    read = read_visible_devices(variable.value)
    if read.nothing is None or requests_gpu_by_device(service):
        return
    needs_one = service.image is not None and image_facts(service.image.string).gpu is GpuKind.REQUIRED
    why = f"{quote(read.nothing)} outweighs the GPUs beside it" if read.names else "it names none"
    given = f"is {quote(variable.value)}" if variable.value.strip() else "is empty"
    names = ",".join(name.strip() for name in read.names)
    yield Finding(
        variable.value_span if variable.value.strip() else variable.name_span,
        f"this container will see no GPU: `NVIDIA_VISIBLE_DEVICES` {given}, and " + why,
        "Name the GPUs or write `all`, or remove `runtime: nvidia`.",
        Fix(f"write {quote(names or 'all')}", lambda: set_variable(service, variable, names or "all"), safe=bool(names))
        if variable.node.interpolated is None and read.malformed is None
        else None,
        severity=Severity.ERROR if read.names or needs_one else None,
    )
