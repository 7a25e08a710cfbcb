from collections.abc import Iterator

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.compose.gpu_requests import REQUEST_KEYS, RESERVED_DEVICES, as_written, selection_meant
from stacks.compose.nodes import RESET_TAG, Mapping, Node, Plain, Sequence
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "DEV504",
    title="The reserved devices are not a list of requests",
    layer=Layer.SCHEMA,
    severity=Severity.ERROR,
    on=Service,
    keys=("deploy",),
    url="https://docs.docker.com/reference/compose-file/deploy/#devices",
)
def devices_not_a_list(service: Service, context: Context) -> Iterator[Finding]:
    """`deploy.resources.reservations.devices` takes a list, each item a mapping with `driver`, `count` or
    `device_ids`, and `capabilities`. The dash before the first key is easily forgotten. Docker Compose refuses a
    mapping or a bare value there: `devices must be a array`.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        deploy:
          resources:
            reservations:
              devices:
                driver: nvidia
                count: 1
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
                  count: 1
                  capabilities: [gpu]
    ```
    """
    reservations = service.mapping(*RESERVED_DEVICES[:-1])
    entry = reservations.get("devices") if reservations is not None else None
    if entry is None or entry.value.tag == RESET_TAG:
        return
    node, path = entry.value, (*service.path, *RESERVED_DEVICES)
    faults = [entry.key.span]
    if isinstance(node, Sequence):
        faults = [
            node.item_span(index) if node.item_span(index).end > node.item_span(index).start else entry.key.span
            for index, item in enumerate(node.items)
            if not isinstance(item, Mapping) and item.tag != RESET_TAG
        ]
    meant = _meant(node)
    for span in faults:
        yield Finding(
            span,
            "Docker Compose will refuse this file: "
            + (
                "an item of `devices` has to be a mapping"
                if isinstance(node, Sequence)
                else "`devices` has to be a list"
            ),
            "Write a list of requests: `- driver: nvidia`, with `count` or `device_ids` and `capabilities` below it.",
            None
            if meant is None
            else Fix(
                "write a list of requests", lambda: editing.set_value(context.document, path, meant[0]), safe=meant[1]
            ),
        )


def _meant(node: Node) -> tuple[Plain, bool] | None:
    if isinstance(node, Mapping):
        return ([as_written(node)], True) if REQUEST_KEYS.issuperset(node.effective) and node.effective else None
    if isinstance(node, Sequence) and any(isinstance(item, Mapping) for item in node.items):
        return None
    selection = selection_meant(node)
    return None if selection is None else ([selection[0].request], selection[1])
