from collections.abc import Iterator
from typing import Final

from stacks.compose import editing
from stacks.compose.devices import DeviceCount, DeviceRequest
from stacks.compose.nodes import Node, Plain, Scalar
from stacks.compose.values import quote
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule

_WORDS: Final[dict[str, Plain]] = {
    **{word: number for number, word in enumerate(("one", "two", "three", "four", "five", "six", "seven", "eight"), 1)},
    **dict.fromkeys(("any", "every", "everything", "*", "-1 (all)"), "all"),
}


@rule(
    "DEV105",
    title="The count of a device request is neither a whole number nor all",
    layer=Layer.COMPOSE,
    severity=Severity.ERROR,
    on=DeviceRequest,
    url="https://docs.docker.com/reference/compose-file/deploy/#count",
)
def count_not_a_number(request: DeviceRequest, context: Context) -> Iterator[Finding]:
    """Docker Compose takes a whole number or the word `all` (in any case) and refuses the file for anything else: a
    fraction, a word, `true`, an empty value, a list, or a number with a point such as `1.0`. Half a GPU cannot be asked
    for: that is what MIG instances are for, named in `device_ids`.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        deploy:
          resources:
            reservations:
              devices:
                - driver: nvidia
                  count: two
                  capabilities: [gpu]
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
                  count: 2
                  capabilities: [gpu]
    ```
    """
    entry = request.get("count")
    if entry is None or (isinstance(entry.value, Scalar) and DeviceCount.read(entry.value).number is not None):
        return
    written = entry.value.string if isinstance(entry.value, Scalar) else ""
    what = quote(written) if written else "this" if not isinstance(entry.value, Scalar) else "an empty value"
    meant = _meant(entry.value)
    path = (*request.path, "count")
    yield Finding(
        entry.value_span if written or not isinstance(entry.value, Scalar) else entry.key.span,
        f"Docker Compose will refuse this file: `count` takes a whole number or `all`, not {what}",
        "Write a whole number of GPUs, or `all`.",
        None
        if meant is None
        else Fix(f"write `count: {meant}`", lambda: editing.set_value(context.document, path, meant, in_place=True)),
    )


def _meant(node: Node) -> Plain:
    """The count that was meant for certain; None where it is not."""
    if not isinstance(node, Scalar) or node.interpolated is not None or node.value is None:
        return None
    text = node.string.strip().lower()
    whole = text[:-2] if text.endswith(".0") else text
    if whole.isascii() and whole.isdigit() and len(whole) < 5:
        return int(whole)
    return "all" if text == "all" else _WORDS.get(text)
