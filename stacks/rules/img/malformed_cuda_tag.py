from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.facts.cuda_tags import CUDA_IMAGES, in_order, is_overdue, older_system, parse_cuda_tag
from stacks.facts.images import image_facts, with_tag
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "IMG104",
    title="The tag of nvidia/cuda is not put together as NVIDIA's are",
    layer=Layer.GPU,
    severity=Severity.WARNING,
    on=Service,
    url="https://hub.docker.com/r/nvidia/cuda/tags",
)
def malformed_cuda_tag(service: Service, context: Context) -> Iterator[Finding]:
    """Tags of `nvidia/cuda` have a fixed order: the version with three numbers, `cudnn` where it is wanted, the
    flavour, the system: `12.8.1-cudnn-runtime-ubuntu24.04`. Current versions say `cudnn`; `cudnn8` ended with CUDA
    12.2 and `cudnn9` never was a part of a tag. A tag in another order most likely does not exist: `manifest
    unknown`. Nor do tags of a CUDA from before its system: there is no CUDA 12.4 for Ubuntu 24.04.

    ```yaml bad
    services:
      check:
        image: nvidia/cuda:12.8.1-runtime-cudnn-ubuntu24.04
        gpus:
          - count: 1
    ```
    ```yaml good
    services:
      check:
        image: nvidia/cuda:12.8.1-cudnn-runtime-ubuntu24.04
        gpus:
          - count: 1
    ```
    """
    image = service.image
    reference = image_facts(image.string).reference if image is not None else None
    if image is None or reference is None or reference.name not in CUDA_IMAGES or reference.digest is not None:
        return
    tag = parse_cuda_tag(reference.tag or "latest")
    older = older_system(tag) if tag.follows_grammar else None
    if tag.version is None or tag.system is None or (tag.follows_grammar and older is None) or is_overdue(tag):
        return
    ordered = older or in_order(tag)
    text = with_tag(image.string, ordered or "")
    edits = partial(editing.set_value, service.document, service.document.path_at(image.start), text, in_place=True)
    yield Finding(
        image.span,
        "the image can probably not be pulled: "
        + (
            f"CUDA {tag.version} is older than its images for `{tag.system}`"
            if older is not None
            else f"`{tag.text}` is not put together as NVIDIA's tags are"
        ),
        f"Did you mean `{ordered}`?" if ordered else "Write a version with three numbers, such as `12.9.1`.",
        Fix(f"use `{text}`", edits, safe=False) if ordered and image.interpolated is None else None,
    )
