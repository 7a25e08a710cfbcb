from collections.abc import Iterator

from stacks.compose.devices import DeviceRequest
from stacks.compose.nodes import RESET_TAG, Entry, Mapping, Scalar, Sequence
from stacks.compose.source import Span
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "DEV308",
    title="The options of a device request are neither a map nor a list",
    layer=Layer.SCHEMA,
    severity=Severity.ERROR,
    on=DeviceRequest,
    url="https://docs.docker.com/reference/compose-file/deploy/#options",
)
def options_malformed(request: DeviceRequest, context: Context) -> Iterator[Finding]:
    """`options` takes a map of plain values or a list of strings `NAME=value`. Docker Compose refuses anything else
    there: `options must be a mapping`. (The driver `nvidia` has no options, so the key is best left away.)

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        gpus:
          - count: 1
            options: fast
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        gpus:
          - count: 1
    ```
    """
    entry = request.get("options")
    if entry is None or entry.value.tag == RESET_TAG:
        return
    for span in _faults(entry):
        yield Finding(
            span if span.end > span.start else entry.key.span,
            "Docker Compose will refuse this file: `options` takes a map of plain values or a list of strings",
            "Remove `options`.",
        )


def _faults(entry: Entry) -> Iterator[Span]:
    node = entry.value
    if isinstance(node, Scalar):
        yield entry.value_span
    elif isinstance(node, Mapping):
        yield from (each.value_span for each in node.effective.values() if not isinstance(each.value, Scalar))
    elif isinstance(node, Sequence):
        seen: set[str] = set()
        for index, item in enumerate(node.items):
            text = item.string if isinstance(item, Scalar) and isinstance(item.value, str) else None
            if text is None or text in seen:
                yield node.item_span(index)
            else:
                seen.add(text)
