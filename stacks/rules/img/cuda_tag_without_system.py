from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.facts.cuda_tags import CUDA_IMAGES, newest_for, parse_cuda_tag, replacement
from stacks.facts.images import image_facts, with_tag
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "IMG102",
    title="The tag of nvidia/cuda names no system",
    layer=Layer.GPU,
    severity=Severity.ERROR,
    on=Service,
    url="https://github.com/NVIDIA/nvidia-docker/issues/1735",
)
def cuda_tag_without_system(service: Service, context: Context) -> Iterator[Finding]:
    """Tags of `nvidia/cuda` end in the system that they are built on: `12.9.1-base-ubuntu24.04`. Short ones such as
    `11.0-base` stand in many guides; they have been deleted, and newer versions never had any. The pull fails with
    `manifest unknown`.

    Write the tag with its system.

    ```yaml bad
    services:
      check:
        image: nvidia/cuda:11.4.0-base
        command: nvidia-smi
        gpus:
          - count: 1
    ```
    ```yaml good
    services:
      check:
        image: nvidia/cuda:12.9.1-base-ubuntu24.04
        command: nvidia-smi
        gpus:
          - count: 1
    ```
    """
    image = service.image
    reference = image_facts(image.string).reference if image is not None else None
    if image is None or reference is None or reference.name not in CUDA_IMAGES or reference.digest is not None:
        return
    tag = parse_cuda_tag(reference.tag or "latest")
    if tag.version is None or tag.system is not None or service.get("build") is not None:
        return
    text = with_tag(image.string, replacement(tag.text, newest_for(context.host)))
    edits = partial(editing.set_value, service.document, service.document.path_at(image.start), text, in_place=True)
    yield Finding(
        image.span,
        f"the image cannot be pulled: `{reference.familiar_name}` has no tag `{tag.text}`: its tags name a system",
        f"Write a whole tag, such as `{text}`.",
        Fix(f"use `{text}`", edits) if image.interpolated is None else None,
    )
