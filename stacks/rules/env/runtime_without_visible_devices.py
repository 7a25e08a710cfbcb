from collections.abc import Iterator

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.compose.gpu_requests import runs_nvidia
from stacks.compose.mount_items import mount_items
from stacks.compose.nodes import Mapping, Sequence
from stacks.compose.references import lineage
from stacks.compose.source import Span, TextEdit
from stacks.compose.values import quote
from stacks.facts.environment import sets_visible_devices
from stacks.facts.images import GpuKind, image_facts
from stacks.facts.services import is_official
from stacks.gpu_use import requests_gpu_by_device
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule

_NAME = "NVIDIA_VISIBLE_DEVICES"


@rule(
    "ENV203",
    title="The nvidia runtime is not told which GPUs",
    layer=Layer.GPU,
    severity=Severity.WARNING,
    on=Service,
    keys=("runtime",),
    url="https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/docker-specialized.html",
)
def runtime_without_visible_devices(service: Service, context: Context) -> Iterator[Finding]:
    """`runtime: nvidia` alone gives no GPU: NVIDIA's runtime reads `NVIDIA_VISIBLE_DEVICES` from the container's
    environment and does nothing where it is missing. Images built on `nvidia/cuda` set it to `all`; others, such as
    those that start from `python` or `ubuntu`, do not.

    Say it in the file, and the image no longer matters. An image that is built here is only noted, since most of those
    start from NVIDIA's.

    ```yaml bad
    services:
      train:
        image: python:3.12
        runtime: nvidia
    ```
    ```yaml good
    services:
      train:
        image: python:3.12
        runtime: nvidia
        environment:
          NVIDIA_VISIBLE_DEVICES: all
    ```
    """
    runtime, image, family = service.runtime, service.image, lineage(service)
    if runtime is None or not runs_nvidia(service) or not family.is_whole or requests_gpu_by_device(service):
        return
    if any(_says(each) for each in family.services):
        return
    if image is not None and (sets_visible_devices(image.string) or image_facts(image.string).gpu is GpuKind.NONE):
        return
    if _is_told_otherwise(service):
        return
    if image is not None and service.get("build") is None and is_official(image.string):
        why = f"the runtime `nvidia` reads `{_NAME}`, and {quote(image.string)} does not set it"
        yield _finding(service, runtime.span, f"this container will see no GPU: {why}", Severity.ERROR)
        return
    whose = "the image that is built here" if service.get("build") else quote(image.string) if image else "the image"
    message = f"this container will see no GPU unless {whose} sets `{_NAME}`: the runtime `nvidia` reads it"
    yield _finding(service, runtime.span, message, Severity.INFO if service.get("build") is not None else None)


def _says(service: Service) -> bool:
    """Whether the variable is given, or may be: by a file, or by `- KEY: value`, which is reported there."""
    items = service.sequence("environment")
    cut = (item for item in items.items if isinstance(item, Mapping)) if items is not None else ()
    by_name = service.variable(_NAME) is not None or any(_NAME in item.effective for item in cut)
    return by_name or service.get("env_file") is not None


def _is_told_otherwise(service: Service) -> bool:
    """Whether a list of mounts or an annotation of CDI names the GPUs: the toolkit can be told to take either."""
    if any(each.target.startswith("/var/run/nvidia-container-devices") for each in mount_items(service)):
        return True
    annotations = service.find("annotations")
    names = [item.string for item in annotations.scalars] if isinstance(annotations, Sequence) else []
    names += list(annotations.effective) if isinstance(annotations, Mapping) else []
    return any(name.startswith("cdi.k8s.io/") for name in names)


def _finding(service: Service, span: Span, message: str, severity: Severity | None) -> Finding:
    hint = f"Set `{_NAME}` to `all`, or to the GPUs that are meant."
    return Finding(
        span, message, hint, Fix(f"set `{_NAME}` to `all`", lambda: _set(service), safe=False), severity=severity
    )


def _set(service: Service) -> tuple[TextEdit, ...]:
    path = (*service.path, "environment")
    if isinstance(service.find("environment"), Sequence):
        return editing.append_item(service.document, path, f"{_NAME}=all")
    return editing.set_value(service.document, (*path, _NAME), "all")
