from collections.abc import Iterator
from functools import partial

from stacks.compose.document import Document, Service
from stacks.compose.gpu_nodes import gpu_nodes, host_files, selection_of
from stacks.compose.gpu_requests import add_request, asks_for_gpus, in_service, remove_items
from stacks.compose.nodes import Mapping, Scalar
from stacks.compose.source import TextEdit
from stacks.compose.values import quote
from stacks.patterns import lazy_pattern
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule

_VOLUME = lazy_pattern(r"nvidia_driver(?:_[\d.]+)?\Z")
_PLUGIN = "nvidia-docker"


@rule(
    "DEV604",
    title="The driver is mounted in the way of nvidia-docker 1",
    layer=Layer.GPU,
    severity=Severity.ERROR,
    on=Document,
    url="https://github.com/NVIDIA/nvidia-docker/wiki",
)
def nvidia_docker_1_volume(document: Document, context: Context) -> Iterator[Finding]:
    """The first nvidia-docker put the driver's libraries into containers by a volume `nvidia_driver_375.39` of the
    volume driver `nvidia-docker`. The plugin has not been made since 2017, and its volume named one version of the
    driver: the volume cannot be created, or is not found, and nothing starts.

    Ask for the GPU by a device request, and remove the volume.

    ```yaml bad
    services:
      train:
        image: registry.example.org/team/trainer:2.4
        devices: [/dev/nvidia0, /dev/nvidiactl, /dev/nvidia-uvm]
        volumes:
          - nvidia_driver_375.39:/usr/local/nvidia:ro
    volumes:
      nvidia_driver_375.39:
        external: true
    ```
    ```yaml good
    services:
      train:
        image: registry.example.org/team/trainer:2.4
        gpus:
          - device_ids: ["0"]
    ```
    """
    for service in document.services:
        for each in host_files(service.sequence("volumes")):
            if _VOLUME.match(each.source):
                yield Finding(
                    each.span,
                    f"this container will not start: {quote(each.source)} was a volume of nvidia-docker 1",
                    "Ask for the GPU by a device request in its place.",
                    Fix("request the GPU in its place", partial(_replaced, service, each.position), safe=False),
                )
    for name, entry in document.section("volumes").items():
        driver = entry.value.value("driver") if isinstance(entry.value, Mapping) else None
        if isinstance(driver, Scalar) and driver.string == _PLUGIN:
            yield Finding(
                driver.span,
                f"the volume {quote(name)} cannot be created: no engine has the volume driver `{_PLUGIN}` any more",
                "Remove the volume, and ask for the GPU by a device request.",
            )


def _replaced(service: Service, position: int) -> tuple[TextEdit, ...]:
    """Remove the mount, and the device nodes that belonged to it, for a request of the same GPUs."""
    nodes = gpu_nodes(service.sequence("devices"))
    steps = [partial(_without, key="volumes", positions=(position,))]
    if nodes:
        steps.append(partial(_without, key="devices", positions=tuple(node.position for node in nodes)))
    if not asks_for_gpus(service):
        return in_service(service, lambda step: add_request(step, selection_of(nodes)), *steps)
    return in_service(service, *steps)


def _without(service: Service, *, key: str, positions: tuple[int, ...]) -> tuple[TextEdit, ...]:
    items = service.sequence(key)
    return () if items is None else remove_items(service.document, (*service.path, key), items, positions)
