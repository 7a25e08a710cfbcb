from collections.abc import Iterator

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.compose.gpu_requests import REQUEST_KEYS, as_written, gpus_value, selection_meant
from stacks.compose.nodes import RESET_TAG, Mapping, Node, Plain, Scalar, Sequence
from stacks.compose.values import quote
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "DEV505",
    title="The key gpus is neither all nor a list of requests",
    layer=Layer.SCHEMA,
    severity=Severity.ERROR,
    on=Service,
    keys=("gpus",),
    url="https://docs.docker.com/reference/compose-file/services/#gpus",
)
def gpus_malformed(service: Service, context: Context) -> Iterator[Finding]:
    """`gpus` takes the word `all`, in lower case, or a list of requests. It is not `docker run --gpus`: Docker Compose
    refuses `gpus: 2`, `gpus: "0"`, `gpus: "device=0"` and a mapping.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        gpus: 2
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        gpus:
          - driver: nvidia
            count: 2
    ```
    """
    entry = service.get("gpus")
    if (
        entry is None
        or entry.value.tag == RESET_TAG
        or (isinstance(entry.value, Scalar) and entry.value.value == "all")
    ):
        return
    node, path = entry.value, (*service.path, "gpus")
    if isinstance(node, Sequence):
        spans = [node.item_span(index) for index, item in enumerate(node.items) if not isinstance(item, Mapping)]
        what = "an item of `gpus` has to be a mapping"
    else:
        spans = [entry.value_span]
        written = f", not {quote(node.string)}" if isinstance(node, Scalar) and node.string else ""
        what = f"`gpus` takes `all` or a list of requests{written}"
    meant = _meant(node)
    for span in spans:
        yield Finding(
            span if span.end > span.start else entry.key.span,
            f"Docker Compose will refuse this file: {what}",
            'Write `gpus: all`, or a list: `- count: 2`, `- device_ids: ["0"]`.',
            None
            if meant is None
            else Fix(meant[2], lambda: editing.set_value(context.document, path, meant[0]), safe=meant[1]),
        )


def _meant(node: Node) -> tuple[Plain, bool, str] | None:
    if isinstance(node, Mapping):
        known = node.effective and REQUEST_KEYS.issuperset(node.effective)
        return ([as_written(node)], True, "write it as a list") if known else None
    if isinstance(node, Sequence) and any(isinstance(item, Mapping) for item in node.items):
        return None
    selection = selection_meant(node)
    return None if selection is None else (gpus_value(selection[0]), selection[1], f"request {selection[0]}")
