from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.facts.image_tags import owned_name
from stacks.facts.images import image_facts
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.fixes import fix_at
from stacks.rules.registry import rule


@rule(
    "IMG112",
    title="The name of the image lacks its owner",
    layer=Layer.GPU,
    severity=Severity.WARNING,
    on=Service,
    url="https://hub.docker.com/search?badges=official",
)
def name_without_owner(service: Service, context: Context) -> Iterator[Finding]:
    """A name without `/` is that of an official image of Docker. `pytorch`, `vllm`, `ollama` and `cuda` are none of
    these: `pull access denied for pytorch, repository does not exist`. An image of that name that was built on the host
    is found; where the file says how it is built, nothing is reported.

    ```yaml bad
    services:
      train:
        image: pytorch:2.9.1-cuda12.8-cudnn9-runtime
        gpus: all
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch:2.9.1-cuda12.8-cudnn9-runtime
        shm_size: 8gb
        gpus: all
    ```
    """
    image = service.image
    if image is None or "/" in image.string or image.interpolated is not None:
        return
    reference = image_facts(image.string).reference
    name = owned_name(reference) if reference is not None else None
    if name is None or service.get("extends") is not None or _is_built(service, image.string):
        return
    text = name + image.string[len(image.string.partition(":")[0].partition("@")[0]) :]
    path = (*service.path, "image")
    edits = partial(editing.set_value, service.document, path, text)
    yield Finding(
        image.span,
        f"the image cannot be pulled, unless it was built here: Docker has no official image `{image.string}`",
        f"Write `{text}`.",
        fix_at(service.document, path, f"use `{text}`", edits, safe=False),
    )


def _is_built(service: Service, text: str) -> bool:
    """Whether the file builds an image of that name, or says that none is to be pulled."""
    policy = service.scalar("pull_policy")
    if service.get("build") is not None or (policy is not None and policy.string in ("never", "build", "missing")):
        return True
    for each in service.document.services:
        if each.get("build") is not None and each.image is not None and each.image.string == text:
            return True
    return False
