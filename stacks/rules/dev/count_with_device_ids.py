from collections.abc import Iterator

from stacks.compose import editing
from stacks.compose.devices import DeviceRequest
from stacks.compose.nodes import Sequence
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Related, Severity
from stacks.rules.registry import rule


@rule(
    "DEV101",
    title="A device request sets both count and device_ids",
    layer=Layer.COMPOSE,
    severity=Severity.ERROR,
    on=DeviceRequest,
    url="https://docs.docker.com/reference/compose-file/deploy/#device_ids",
)
def count_with_device_ids(request: DeviceRequest, context: Context) -> Iterator[Finding]:
    """A request says *how many* GPUs it wants with `count`, or *which* with `device_ids`. Docker Compose refuses a
    request that says both: `"count" and "device_ids" attributes are exclusive`, and starts nothing. An empty
    `device_ids: []` counts as saying it.

    Keep `device_ids` where particular GPUs are meant: `count: 2` always means GPUs 0 and 1, never any two that are
    free.

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
                  device_ids: ["1"]
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
                  device_ids: ["1"]
                  capabilities: [gpu]
    ```
    """
    count, ids = request.get("count"), request.get("device_ids")
    if count is None or ids is None:
        return
    # The ids are the more particular of the two; only an empty list leaves the count as what was meant.
    extra = "device_ids" if isinstance(ids.value, Sequence) and not ids.value.items else "count"
    path = (*request.path, extra)
    yield Finding(
        count.key.span,
        "Docker Compose will refuse this file: a device request sets `count` or `device_ids`, not both",
        "Keep `device_ids` to name the GPUs, or `count` to take the first ones.",
        Fix(f"remove `{extra}`", lambda: editing.delete(context.document, path, in_place=True), safe=extra == "count"),
        (Related(ids.key.span, "also given here"),),
    )
