from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.compose.gpu_nodes import brings_libraries, host_files
from stacks.compose.gpu_requests import asks_for_gpus
from stacks.compose.source import Span
from stacks.facts.images import GpuKind, image_facts
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule

_NVIDIA_MAJOR = "195"  # the device number of /dev/nvidia*, in the kernel's devices.txt
_LIST = "/var/run/nvidia-container-devices"


@rule(
    "DEV608",
    title="A container is let at GPUs without being given one",
    layer=Layer.GPU,
    severity=Severity.WARNING,
    on=Service,
    keys=("device_cgroup_rules", "volumes"),
    url="https://github.com/NVIDIA/nvidia-docker/issues/1008",
)
def gpu_opened_by_hand(service: Service, context: Context) -> Iterator[Finding]:
    """A rule for the device numbers of NVIDIA's nodes (`c 195:* rmw`) and a mount of the whole of `/dev` open a way to
    the GPU and bring none of the driver's libraries; CUDA in the container finds no GPU. A mount below
    `/var/run/nvidia-container-devices` names a GPU only where the toolkit's configuration says
    `accept-nvidia-visible-devices-as-volume-mounts = true`, and to NVIDIA's runtime only.

    Ask for the GPU by a device request.

    ```yaml bad
    services:
      train:
        image: registry.example.org/team/trainer:2.4
        device_cgroup_rules:
          - c 195:* rmw
    ```
    ```yaml good
    services:
      train:
        image: registry.example.org/team/trainer:2.4
        gpus:
          - count: 1
    ```
    """
    if asks_for_gpus(service) or brings_libraries(service):
        return
    for span, message in _ways(service):
        yield Finding(span, message, "Ask for the GPU by a device request, which brings libraries and rights.")


def _ways(service: Service) -> Iterator[tuple[Span, str]]:
    rules = service.sequence("device_cgroup_rules")
    for scalar in rules.scalars if rules is not None else ():
        words = scalar.string.split()
        if len(words) > 1 and words[1].partition(":")[0] == _NVIDIA_MAJOR:
            yield scalar.span, "this container will see no GPU: the rule opens NVIDIA's devices and brings no driver"
    for each in host_files(service.sequence("volumes")):
        if each.source.rstrip("/") == "/dev" and _is_for_gpus(service):
            yield each.span, "this container will see no GPU: `/dev` holds the devices and none of the driver's files"
        elif each.target.startswith(_LIST):
            yield (
                each.span,
                "this container will see no GPU unless NVIDIA's runtime is the default one and its configuration takes"
                " lists of mounts",
            )


def _is_for_gpus(service: Service) -> bool:
    image = service.image
    return image is not None and image_facts(image.string).gpu in (GpuKind.REQUIRED, GpuKind.USEFUL)
