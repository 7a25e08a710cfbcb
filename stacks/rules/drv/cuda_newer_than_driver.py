from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.document import Document, Service
from stacks.compose.nodes import Scalar
from stacks.facts.cuda import Compatibility, Version, compatibility, family_floor, native_driver
from stacks.facts.cuda_tags import CUDA_IMAGES, newest_for, replacement
from stacks.facts.gpus import may_have_driver
from stacks.facts.images import ImageFacts, image_facts, with_tag
from stacks.gpu_use import host_label, requests_gpu
from stacks.hosts.snapshot import HostSnapshot
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import HOST, rule


@rule(
    "DRV101",
    title="The image's CUDA is newer than the driver supports",
    layer=Layer.HOST,
    severity=Severity.ERROR,
    on=Service,
    needs=(HOST,),
    url="https://docs.nvidia.com/deploy/cuda-compatibility/minor-version-compatibility.html",
)
def cuda_newer_than_driver(service: Service, context: Context) -> Iterator[Finding]:
    """The driver is the host's, CUDA is the image's. A driver runs every CUDA up to its own and none of a later major
    version: the container stops with `unsatisfied condition: cuda>=…`, or CUDA finds no GPU. Within one major version
    a newer CUDA starts by *minor-version compatibility*, without the newer driver functions and newer PTX; some of
    NVIDIA's images refuse even that. On data-centre GPUs the image's own compatibility libraries can stand in for the
    driver.

    Take an image with an older CUDA, or update the driver of the host. Only tags that state their CUDA are checked.

    ```yaml bad
    # host: old-compose
    services:
      train:
        image: nvidia/cuda:12.9.1-base-ubuntu24.04
        command: nvidia-smi
        deploy:
          resources: {reservations: {devices: [{driver: nvidia, count: 1, capabilities: [gpu]}]}}
    ```
    ```yaml good
    # host: old-compose
    services:
      train:
        image: nvidia/cuda:12.4.1-base-ubuntu22.04
        command: nvidia-smi
        deploy:
          resources: {reservations: {devices: [{driver: nvidia, count: 1, capabilities: [gpu]}]}}
    ```
    """
    image, host = service.image, context.snapshot()
    facts, newest = image_facts(image.string if image is not None else ""), newest_for(host)
    if image is None or facts.cuda is None or newest is None or not requests_gpu(service):
        return
    names = [gpu.name for gpu in host.gpus or () if facts.brings_compatibility]
    verdict = compatibility(facts.cuda, host.driver_version, host.cuda_version, names)
    if verdict in (Compatibility.FULL, Compatibility.UNKNOWN):
        return
    needed = native_driver(facts.cuda) or family_floor(facts.cuda[0])
    yield Finding(
        image.span,
        _message(verdict, facts, facts.cuda, newest, host),
        f"Take an image with CUDA {newest[0]}.{newest[1]} or older"
        + (
            f", or update the driver to {needed} or newer."
            if needed and may_have_driver(host.gpus or (), needed)
            else "."
        ),
        _fix(service.document, image, facts, newest),
        severity=None if verdict is Compatibility.NONE and facts.cuda_is_verified else Severity.WARNING,
    )


def _message(verdict: Compatibility, facts: ImageFacts, cuda: Version, newest: Version, host: HostSnapshot) -> str:
    driver = f"driver {host.driver_version}" if host.driver_version else "driver"
    facing = f"{host_label(host)}, whose {driver} runs CUDA {newest[0]}.{newest[1]} at most"
    needs = f"CUDA {cuda[0]}.{cuda[1]}{' or newer' if facts.cuda_is_minimum else ''}"
    if verdict is Compatibility.NONE:
        return f"CUDA will not start in this container: the image needs {needs}, and so does not fit {facing}"
    if verdict is Compatibility.FORWARD:
        return f"this container runs only by the compatibility libraries of its image: {needs} is too new for {facing}"
    return f"this container may fail: {needs} starts, but not everything works on {facing}"


def _fix(document: Document, image: Scalar, facts: ImageFacts, newest: Version) -> Fix | None:
    reference = facts.reference
    if reference is None or reference.name not in CUDA_IMAGES or reference.digest or image.interpolated:
        return None
    text = with_tag(image.string, replacement(reference.tag, newest))
    edits = partial(editing.set_value, document, document.path_at(image.start), text, in_place=True)
    return Fix(f"use `{text}`", edits, safe=False) if text != image.string else None
