from collections.abc import Iterator

from stacks.compose import editing
from stacks.compose.devices import ALL_GPUS, DeviceRequest
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "DEV104",
    title="A device request has a negative count",
    layer=Layer.GPU,
    severity=Severity.WARNING,
    on=DeviceRequest,
    url="https://github.com/moby/moby/blob/master/daemon/devices_nvidia_linux.go",
)
def count_negative(request: DeviceRequest, context: Context) -> Iterator[Finding]:
    """The engine takes every negative count for "all GPUs". `-1` is how `docker compose config` prints `all`; any other
    negative number is more likely a slip, and gives all GPUs without a word.

    Write `count: all`, which says it.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        gpus:
          - count: -2
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        gpus:
          - count: 2
    ```
    """
    count = request.count
    if count is None or count.number != ALL_GPUS or not count.node.string.lstrip().startswith("-"):
        return
    written = count.node.string
    path = (*request.path, "count")
    fix = Fix(
        "write `count: all`",
        lambda: editing.set_value(context.document, path, "all", in_place=True),
        safe=written == "-1",
    )
    yield Finding(
        count.node.span,
        f"this request gives all GPUs: the engine takes the negative count `{written}` for `all`",
        "Write `count: all`, or the number that is meant.",
        fix if count.node.interpolated is None else None,
        severity=Severity.INFO if written == "-1" else None,
    )
