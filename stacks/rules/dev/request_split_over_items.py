from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.devices import DeviceRequest, RequestOrigin
from stacks.compose.document import Service
from stacks.compose.gpu_requests import as_written, in_steps, is_split
from stacks.compose.nodes import Mapping, Plain
from stacks.compose.source import Span, TextEdit
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Related, Severity
from stacks.rules.fixes import fix_at
from stacks.rules.registry import rule


@rule(
    "DEV510",
    title="The keys of one device request stand in several items",
    layer=Layer.GPU,
    severity=Severity.ERROR,
    on=Service,
    keys=("deploy", "gpus"),
    url="https://docs.docker.com/reference/compose-file/deploy/#devices",
)
def request_split_over_items(service: Service, context: Context) -> Iterator[Finding]:
    """A dash begins an item of the list, and each item is a request of its own. With a dash before each key, `driver`,
    `count` and `capabilities` are three requests: under `deploy` Docker Compose refuses them, since each needs
    `capabilities`; under `gpus` it takes them, and the one with the driver alone asks for **all** GPUs.

    Keep the first dash and indent the other keys beside its key.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        shm_size: 8gb
        gpus:
          - driver: nvidia
          - count: 1
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        shm_size: 8gb
        gpus:
          - driver: nvidia
            count: 1
    ```
    """
    for origin in RequestOrigin:
        items = [request for request in service.device_requests if request.origin is origin]
        if len(items) < 2 or not is_split(items[0]):
            continue
        first = _first_key(items[0])
        for item in items[1:]:
            yield Finding(
                _first_key(item),
                "this key begins a request of its own: the dash before it parts it from the request that it belongs to",
                "Remove the dash, and indent the key like the one above.",
                fix_at(service.document, items[0].path[:-1], "make one request of them", partial(_join, items)),
                (Related(first, "the request begins here"),),
            )


def _first_key(request: DeviceRequest) -> Span:
    node = request.node
    return node.entries[0].key.span if isinstance(node, Mapping) and node.entries else request.span


def _join(items: list[DeviceRequest]) -> tuple[TextEdit, ...]:
    """Put the keys of all items into the first one."""
    whole: dict[str, Plain] = {}
    for item in items:
        keys = as_written(item.node)
        whole |= keys if isinstance(keys, dict) else {}
    document, path = items[0].service.document, items[0].path
    later = [item.path for item in reversed(items[1:])]
    return in_steps(
        document,
        *(lambda step, gone=gone: editing.delete(step, gone) for gone in later),
        *(
            lambda step, key=key, value=value: editing.set_value(step, (*path, key), value)
            for key, value in whole.items()
            if items[0].get(key) is None
        ),
    )
