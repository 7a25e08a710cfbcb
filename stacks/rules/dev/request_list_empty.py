from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.compose.gpu_requests import RESERVED_DEVICES
from stacks.compose.nodes import Mapping, Sequence
from stacks.compose.source import Span
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.fixes import fix_at
from stacks.rules.registry import rule


@rule(
    "DEV511",
    title="The list of device requests is empty",
    layer=Layer.GPU,
    severity=Severity.WARNING,
    on=Service,
    keys=("deploy", "gpus"),
    url="https://docs.docker.com/reference/compose-file/services/#gpus",
)
def request_list_empty(service: Service, context: Context) -> Iterator[Finding]:
    """`gpus: []` and an empty `devices` list under `deploy` are allowed and ask for nothing: the container sees no GPU.
    (An override file takes a request away in that way, with `!reset` or `!override` before the list; these say
    nothing.)

    Write a request, or leave the key away.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        shm_size: 8gb
        gpus: []
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        shm_size: 8gb
        gpus:
          - count: 1
    ```
    """
    for path in (("gpus",), RESERVED_DEVICES):
        node = service.find(*path)
        if not isinstance(node, Sequence) or node.items or node.tag is not None:
            continue
        whole = (*service.path, *path)
        yield Finding(
            _key(service, path),
            f"this container will see no GPU: `{path[-1]}` is an empty list, which asks for nothing",
            "Write a request with `count` or `device_ids`, or remove the key.",
            fix_at(
                service.document,
                whole,
                f"remove `{path[-1]}`",
                partial(editing.delete, service.document, whole, prune=True),
                safe=False,
            ),
        )


def _key(service: Service, path: tuple[str, ...]) -> Span:
    parent = service.find(*path[:-1]) if len(path) > 1 else service.node
    entry = parent.get(path[-1]) if isinstance(parent, Mapping) else None
    return entry.key.span if entry is not None else service.span
