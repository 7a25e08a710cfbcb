from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.facts.services import moved_image as new_place
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.fixes import fix_at
from stacks.rules.registry import rule


@rule(
    "IMG109",
    title="The image is published under another name now",
    layer=Layer.PRACTICE,
    severity=Severity.INFO,
    on=Service,
    url="https://github.com/jupyter/docker-stacks",
)
def moved_image(service: Service, context: Context) -> Iterator[Finding]:
    """Some images have moved, and what is left under the former name gets no updates: Jupyter's are on Quay since
    October 2023, llama.cpp's under `ggml-org`. Bitnami removed the tags of versions from Docker Hub in September 2025;
    those can be pulled from `bitnamilegacy` only, and this rule then warns.

    Write the new name. The tags of versions are the same where a repair is offered; newer ones are there only.

    ```yaml bad
    services:
      jupyter:
        image: jupyter/scipy-notebook:2023-10-20
    ```
    ```yaml good
    services:
      jupyter:
        image: quay.io/jupyter/scipy-notebook:2023-10-20
    ```
    """
    image = service.image
    moved = new_place(image.string) if image is not None and service.get("build") is None else None
    if image is None or moved is None:
        return
    if moved.is_gone:
        message = f"this image can no longer be pulled: its tags moved to `{moved.new_name}` in {moved.since}"
    else:
        message = f"this image gets no updates: since {moved.since} it is published as `{moved.new_name}`"
    path = (*service.path, "image")
    edits = partial(editing.set_value, context.document, path, moved.reference)
    fix = fix_at(context.document, path, f"write `{moved.reference}`", edits, safe=False)
    yield Finding(
        image.span,
        message,
        f"Write `{moved.reference or moved.new_name}`.",
        fix if moved.reference is not None and image.interpolated is None else None,
        severity=Severity.WARNING if moved.is_gone else None,
    )
