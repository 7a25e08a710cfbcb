from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.compose.gpu_nodes import NEEDED_BESIDE, brings_libraries, gpu_nodes, replace_nodes, selection_of
from stacks.compose.gpu_requests import asks_for_gpus
from stacks.compose.values import quote
from stacks.gpu_variables import runs_nvidia_by_default
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "DEV602",
    title="A GPU's device node is mapped without a request for the GPU",
    layer=Layer.GPU,
    severity=Severity.ERROR,
    on=Service,
    keys=("devices",),
    url="https://github.com/NVIDIA/nvidia-docker/issues/1008",
)
def gpu_node_without_request(service: Service, context: Context) -> Iterator[Finding]:
    """`devices: [/dev/nvidia0]` opens the device node and nothing else: the driver's libraries (`libcuda.so.1`) and
    `nvidia-smi` stay outside, and CUDA also wants `/dev/nvidiactl` and `/dev/nvidia-uvm`. A complete set of nodes can
    work with an image that carries the libraries of exactly the host's driver; then this is a warning.

    A request brings nodes and libraries. (Nodes *beside* a request are a known cure for GPUs that get lost after
    `systemctl daemon-reload`, and are not reported.)

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        devices:
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
    nodes = gpu_nodes(service.sequence("devices"))
    if not nodes or asks_for_gpus(service) or brings_libraries(service) or runs_nvidia_by_default(context.host):
        return
    numbered = [node for node in nodes if node.number is not None]
    complete = bool(numbered) and {node.source for node in nodes}.issuperset(NEEDED_BESIDE)
    title = f"request {selection_of(nodes)} in place of the device nodes"
    for node in numbered or nodes[:1]:
        yield Finding(
            node.span,
            f"{quote(node.source)} alone gives this container no driver libraries"
            + ("" if complete else ", and CUDA will find no GPU"),
            "Request the GPU under `deploy.resources.reservations.devices` in its place.",
            Fix(
                title,
                lambda: replace_nodes(service, "devices", nodes),
                safe=bool(numbered) and not complete,
            ),
            severity=Severity.WARNING if complete else None,
        )
