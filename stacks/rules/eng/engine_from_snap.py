from collections.abc import Iterator

from stacks.compose.document import Document
from stacks.gpu_use import asking_services, host_label
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import ENGINE, rule


@rule(
    "ENG109",
    title="The engine is Docker's snap, which does not find NVIDIA's toolkit",
    layer=Layer.HOST,
    severity=Severity.WARNING,
    on=Document,
    needs=(ENGINE,),
    url="https://github.com/docker-snap/docker-snap/issues/148",
)
def engine_from_snap(document: Document, context: Context) -> Iterator[Finding]:
    """The snap of Docker runs confined: it sees neither the toolkit that is installed on the host nor the libraries of
    the driver. Requests for GPUs fail with `could not select device driver`, or `load library failed:
    libnvidia-ml.so.1`. Its root folder, under `/var/snap`, tells that it is the snap.

    Remove the snap and install Docker Engine from Docker's packages (`docker-ce`).

    ```yaml bad
    # host: snap
    services:
      chat:
        image: ollama/ollama:0.13.5
        deploy: {resources: {reservations: {devices: [{driver: nvidia, count: 1, capabilities: [gpu]}]}}}
    ```
    ```yaml good
    # host: mixed
    services:
      chat:
        image: ollama/ollama:0.13.5
        deploy: {resources: {reservations: {devices: [{driver: nvidia, count: 1, capabilities: [gpu]}]}}}
    ```
    """
    host = context.snapshot()
    if host.engine is None or not host.engine.snap:
        return
    for _, span in asking_services(context.allocation):
        yield Finding(
            span,
            f"this container will probably not start: Docker on {host_label(host)} is the snap, which does not "
            "find NVIDIA's toolkit",
            "Install Docker Engine from Docker's packages (`docker-ce`) in place of the snap.",
        )
