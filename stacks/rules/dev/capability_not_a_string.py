from collections.abc import Iterator

from stacks.compose import editing
from stacks.compose.devices import DeviceRequest
from stacks.compose.nodes import Node, Scalar, Sequence
from stacks.facts.device_requests import capabilities_meant
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "DEV205",
    title="A capability is not a word",
    layer=Layer.SCHEMA,
    severity=Severity.ERROR,
    on=DeviceRequest,
    url="https://docs.docker.com/reference/compose-file/deploy/#capabilities",
)
def capability_not_a_string(request: DeviceRequest, context: Context) -> Iterator[Finding]:
    """`capabilities` is a list of words. The engine's API and the Docker SDKs nest it, `[[gpu]]`, and so do its error
    messages; in a Compose file the nested form is refused (`capabilities.0 must be a string`), and so is a number or an
    empty item.

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
                  capabilities: [[gpu]]
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
    if entry is None or not isinstance(entry.value, Sequence):
        return
    words = capabilities_meant(_words(entry.value))
    path = (*request.path, "capabilities")
    for index, item in enumerate(entry.value.items):
        if isinstance(item, Scalar) and isinstance(item.value, str):
            continue
        nested = isinstance(item, Sequence)
        span = entry.value.item_span(index)
        yield Finding(
            span if span.end > span.start else entry.key.span,
            "Docker Compose will refuse this file: "
            + ("a list inside `capabilities`" if nested else "an item of `capabilities` that is not a word"),
            "Write the words in one list: `capabilities: [gpu]`.",
            Fix(
                f"write `[{', '.join(words)}]`",
                lambda: editing.set_value(context.document, path, list(words), in_place=True),
            )
            if nested and words
            else None,
        )


def _words(node: Node) -> Iterator[str]:
    if isinstance(node, Sequence):
        for item in node.items:
            yield from _words(item)
    elif isinstance(node, Scalar) and isinstance(node.value, str):
        yield node.text
