from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.compose.gpu_requests import RESERVED_DEVICES, as_written, in_steps
from stacks.compose.nodes import Mapping, Path, Sequence
from stacks.compose.schema_gpu_places import stray_request_keys
from stacks.compose.source import TextEdit
from stacks.compose.values import quote
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.fixes import fix_at
from stacks.rules.registry import rule


@rule(
    "DEV509",
    title="Keys of a device request stand outside of one",
    layer=Layer.SCHEMA,
    severity=Severity.ERROR,
    on=Service,
    url="https://docs.docker.com/reference/compose-file/deploy/#devices",
)
def request_keys_outside_request(service: Service, context: Context) -> Iterator[Finding]:
    """`driver`, `count`, `device_ids` and `capabilities` are keys of one request, which is an item of the list
    `deploy.resources.reservations.devices` or of `gpus`. Directly under `reservations`, `resources`, `deploy` or the
    service Docker Compose does not know them and refuses the file.

    Write them below a dash in that list.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        shm_size: 8gb
        deploy:
          resources:
            reservations:
              driver: nvidia
              count: 1
              capabilities: [gpu]
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        shm_size: 8gb
        deploy:
          resources:
            reservations:
              devices:
                - driver: nvidia
                  count: 1
                  capabilities: [gpu]
    ```
    """
    paths = stray_request_keys(service.node)
    for path in paths:
        parent = service.find(*path[:-1]) if len(path) > 1 else service.node
        entry = parent.get(str(path[-1])) if isinstance(parent, Mapping) else None
        if entry is None:
            continue
        where = quote(".".join(map(str, path[:-1]))) if path[:-1] else "a service"
        movable = _target(service, paths) is not None
        yield Finding(
            entry.key.span,
            f"Docker Compose will refuse this file: {where} has no key {quote(entry.name)}, which belongs in a request",
            "Write it in an item of `deploy.resources.reservations.devices`.",
            fix_at(service.document, (*service.path, *path), "move it into a request", partial(_moved, service, paths))
            if movable
            else None,
        )


def _target(service: Service, paths: tuple[Path, ...]) -> int | None:
    """The index of the request that the keys go into: a new one where there is none, else the only one."""
    node = service.find(*RESERVED_DEVICES)
    names = [str(path[-1]) for path in paths]
    if len(set(names)) < len(names) or {"count", "device_ids"} <= set(names):
        return None
    if node is None:
        return 0 if service.get("gpus") is None else None
    if not isinstance(node, Sequence) or len(node.items) != 1 or not isinstance(node.items[0], Mapping):
        return None
    given = set(node.items[0].effective)
    clash = {"count", "device_ids"} <= given | set(names)
    return None if clash or given & set(names) else 0


def _moved(service: Service, paths: tuple[Path, ...]) -> tuple[TextEdit, ...]:
    values = {str(path[-1]): as_written(node) for path in paths if (node := service.find(*path)) is not None}
    target = (*service.path, *RESERVED_DEVICES)
    deleting = (
        partial(editing.delete, path=(*service.path, *path), prune=False)
        for path in sorted(paths, key=lambda each: (len(each), str(each)), reverse=True)
    )
    if service.find(*RESERVED_DEVICES) is None:
        request = {"capabilities": ["gpu"]} | values if "capabilities" not in values else values
        adding = [partial(editing.append_item, path=target, value=request)]
    else:
        adding = [partial(editing.set_value, path=(*target, 0, name), value=value) for name, value in values.items()]
    return in_steps(service.document, *adding, *deleting)
