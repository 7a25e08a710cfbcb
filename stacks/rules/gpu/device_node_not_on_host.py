from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.compose.gpu_nodes import gpu_nodes
from stacks.compose.values import quote
from stacks.gpu_use import host_label
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import GPUS, rule


@rule(
    "GPU208",
    title="A device node is mapped that the host does not have",
    layer=Layer.HOST,
    severity=Severity.ERROR,
    on=Service,
    needs=(GPUS,),
    keys=("devices", "volumes"),
    url="https://docs.docker.com/reference/cli/docker/container/run/#device",
)
def device_node_not_on_host(service: Service, context: Context) -> Iterator[Finding]:
    """`/dev/nvidia0` is the node of one GPU. For a node that is not there the container does not start: `error
    gathering device information while adding custom device "/dev/nvidia3": no such file or directory`, or for a mount
    an empty folder is made in its place. The number is the GPU's minor number, which most often, though not always, is
    its index.

    Ask for GPUs by a device request, which needs no nodes.

    ```yaml bad
    # host: mixed
    services:
      train:
        image: registry.example.org/team/trainer:2.4
        devices: [/dev/nvidia3, /dev/nvidiactl]
        gpus: all
    ```
    ```yaml good
    # host: mixed
    services:
      train:
        image: registry.example.org/team/trainer:2.4
        gpus: all
    ```
    """
    host = context.snapshot()
    gpus = host.gpus or ()
    numbers = {gpu.index if gpu.minor_number is None else gpu.minor_number for gpu in gpus}
    for key in ("devices", "volumes"):
        for node in gpu_nodes(service.sequence(key)):
            if node.number is None or node.number in numbers:
                continue
            effect = "will not start" if key == "devices" else "will get an empty folder"
            yield Finding(
                node.span,
                f"this container {effect}: {host_label(host)} has no {quote(node.source)}, since it has {len(gpus)} GPU"
                + ("" if len(gpus) == 1 else "s"),
                "Ask for GPUs by a device request in its place.",
            )
