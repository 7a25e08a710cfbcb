from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.facts.cuda_tags import CUDA_IMAGES, newest_for, replacement
from stacks.facts.images import image_facts, with_tag
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "IMG101",
    title="A CUDA image without a tag",
    layer=Layer.GPU,
    severity=Severity.ERROR,
    on=Service,
    url="https://github.com/JuliaContainerization/SimpleContainerGenerator.jl/pull/95",
)
def cuda_image_without_tag(service: Service, context: Context) -> Iterator[Finding]:
    """An image without a tag means the tag `latest`, and NVIDIA publishes none for its CUDA images since 2021. The pull
    fails with `manifest unknown`, and nothing of the stack starts.

    Write a whole tag: the CUDA version, the flavour (`base`, `runtime` or `devel`) and the system.

    ```yaml bad
    services:
      check:
        image: nvidia/cuda
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
    if reference.tag not in (None, "latest") or service.get("build") is not None:
        return
    text = with_tag(image.string, replacement(None, newest_for(context.host)))
    edits = partial(editing.set_value, service.document, service.document.path_at(image.start), text, in_place=True)
    yield Finding(
        image.span,
        f"the image cannot be pulled: `{reference.familiar_name}` has no tag `latest`",
        f"Write a whole tag, such as `{text}`.",
        Fix(f"use `{text}`", edits) if image.interpolated is None else None,
    )
