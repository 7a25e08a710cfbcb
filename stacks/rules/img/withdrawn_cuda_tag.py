from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.facts.cuda_tags import CUDA_IMAGES, is_overdue, is_withdrawn, newest_for, parse_cuda_tag, replacement
from stacks.facts.images import image_facts, with_tag
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "IMG103",
    title="The tag of nvidia/cuda has been deleted",
    layer=Layer.GPU,
    severity=Severity.ERROR,
    on=Service,
    url="https://gitlab.com/nvidia/container-images/cuda/-/blob/master/doc/support-policy.md",
)
def withdrawn_cuda_tag(service: Service, context: Context) -> Iterator[Finding]:
    """NVIDIA deletes the tags of a CUDA version half a year after the last driver for it has ended. All tags up to CUDA
    10.2 and many of CUDA 11 are gone: a machine that has not pulled them before fails with `manifest unknown`. For the
    rest of CUDA 11 the time has come too; whether they are gone is not known here, so they are only noted.

    Take a tag of a current version. Programs for CUDA 11 may have to be installed anew.

    ```yaml bad
    services:
      check:
        image: nvidia/cuda:10.2-base-ubuntu18.04
        gpus:
          - count: 1
    ```
    ```yaml good
    services:
      check:
        image: nvidia/cuda:12.9.1-base-ubuntu24.04
        gpus:
          - count: 1
    ```
    """
    image = service.image
    reference = image_facts(image.string).reference if image is not None else None
    if image is None or reference is None or reference.name not in CUDA_IMAGES or reference.digest is not None:
        return
    tag = parse_cuda_tag(reference.tag or "latest")
    gone = is_withdrawn(tag)
    if tag.system is None or not (gone or is_overdue(tag)) or service.get("build") is not None:
        return
    text = with_tag(image.string, replacement(tag.text, newest_for(context.host)))
    edits = partial(editing.set_value, service.document, service.document.path_at(image.start), text, in_place=True)
    what = "the image cannot be pulled" if gone else "the image may no longer be there to pull"
    why = "NVIDIA has deleted" if gone else "by its policy NVIDIA deletes"
    fits = text != image.string and image.interpolated is None
    yield Finding(
        image.span,
        f"{what}: {why} the tags of CUDA {tag.version}",
        f"Take a current tag, such as `{text}`." if fits else "Take a tag of a current CUDA version.",
        Fix(f"use `{text}`", edits, safe=gone) if fits else None,
        severity=None if gone else Severity.INFO,
    )
