from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.compose.gpu_nodes import gpu_nodes, replace_nodes, selection_of
from stacks.compose.gpu_requests import asks_for_gpus
from stacks.compose.values import quote
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "DEV601",
    title="A GPU's device node is mounted as a volume",
    layer=Layer.GPU,
    severity=Severity.ERROR,
    on=Service,
    keys=("volumes",),
    url="https://docs.docker.com/reference/cli/docker/container/run/#device",
)
def gpu_node_under_volumes(service: Service, context: Context) -> Iterator[Finding]:
    """A bind mount makes the file `/dev/nvidia0` appear in the container, but the kernel's device cgroup does not let
    the container open it. Also missing are `/dev/nvidiactl`, `/dev/nvidia-uvm` and, above all, the driver's libraries
    (`libcuda.so.1`) and `nvidia-smi`. The program finds no GPU, even where `privileged: true` opens the device.

    A request brings all of it: nodes, permissions and libraries.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        volumes:
          - /dev/nvidia0:/dev/nvidia0
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
                  device_ids: ["0"]
                  capabilities: [gpu]
    ```
    """
    nodes = gpu_nodes(service.sequence("volumes"))
    if not nodes:
        return
    wanted = "" if asks_for_gpus(service) else f" and request {selection_of(nodes)}"
    named = not wanted or any(node.number is not None for node in nodes)
    for node in nodes:
        yield Finding(
            node.span,
            f"mounting {quote(node.source)} gives this container no GPU: it may not open the device and has no driver"
            " libraries",
            "Request the GPU under `deploy.resources.reservations.devices`.",
            Fix(
                f"remove the mount{'s' if len(nodes) > 1 else ''}{wanted}",
                lambda: replace_nodes(service, "volumes", nodes),
                safe=named,
            ),
        )
