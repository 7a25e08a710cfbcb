from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.compose.nodes import Mapping, Scalar
from stacks.compose.references import is_enabled, is_self_contained, lineage
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "COM030",
    title="A service has neither an image nor a build",
    layer=Layer.COMPOSE,
    severity=Severity.ERROR,
    on=Service,
    url="https://github.com/compose-spec/compose-go/blob/v2.9.1/loader/validate.go",
)
def neither_image_nor_build(service: Service, context: Context) -> Iterator[Finding]:
    """A service is a container, and a container comes of an image: one that is pulled (`image`), or one that is
    built (`build`). Docker Compose refuses a file with a service that has neither, unless the service takes one
    over with `extends` or is run by a `provider`.

    Add `image:` or `build:`. A file that only overrides another one is complete only together with that one.

    ```yaml bad
    services:
      train:
        command: python train.py
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch
        command: python train.py
    ```
    """
    whole = lineage(service)
    if not whole.is_whole or not is_self_contained(service.document) or not isinstance(service.entry.value, Mapping):
        return
    image = whole.find("image")
    has_image = isinstance(image, Scalar) and image.string != ""
    if not has_image and whole.find("build") is None and whole.find("provider") is None:
        message = f"Docker Compose will refuse this file: service `{service.name}` has neither an image nor a build"
        severity = None if is_enabled(service) else Severity.WARNING
        yield Finding(service.span, message, "Add `image:` or `build:`.", severity=severity)
