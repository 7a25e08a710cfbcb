from collections.abc import Iterator

from stacks.compose import editing
from stacks.compose.devices import DeviceRequest
from stacks.compose.nodes import Scalar, Sequence
from stacks.facts.device_requests import capabilities_meant
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "DEV204",
    title="The capabilities of a request are not a list",
    layer=Layer.SCHEMA,
    severity=Severity.ERROR,
    on=DeviceRequest,
    url="https://docs.docker.com/reference/compose-file/deploy/#capabilities",
)
def capabilities_not_a_list(request: DeviceRequest, context: Context) -> Iterator[Finding]:
    """`capabilities` takes a list even for one word: `[gpu]`. Docker Compose refuses a bare word, an empty value and a
    mapping: `capabilities must be a array`.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        deploy:
          resources:
            reservations:
              devices:
                - driver: nvidia
                  count: 1
                  capabilities: gpu
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        deploy:
          resources:
            reservations:
              devices:
                - driver: nvidia
                  count: 1
                  capabilities: [gpu]
    ```
    """
    entry = request.get("capabilities")
    if entry is None or isinstance(entry.value, Sequence):
        return
    words: list[str] = []
    if isinstance(entry.value, Scalar) and entry.value.interpolated is None:
        words = [word for word in entry.value.string.replace(",", " ").split() if entry.value.value is not None]
        words = capabilities_meant(words or ["gpu"])
    path = (*request.path, "capabilities")
    yield Finding(
        entry.value_span if entry.value.end > entry.value.start else entry.key.span,
        "Docker Compose will refuse this file: `capabilities` has to be a list",
        "Write `capabilities: [gpu]`.",
        None
        if not words
        else Fix(
            f"write `[{', '.join(words)}]`",
            lambda: editing.set_value(context.document, path, list(words), in_place=True),
        ),
    )
