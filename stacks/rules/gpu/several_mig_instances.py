from collections.abc import Iterator

from stacks.allocation import service_claims
from stacks.compose.document import Service
from stacks.compose.gpu_identifiers import IdentifierKind, identifier_kind
from stacks.gpu_use import observes
from stacks.model_servers import model_server
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Related, Severity
from stacks.rules.registry import rule

_MIG = (IdentifierKind.MIG_POSITION, IdentifierKind.MIG_UUID)


@rule(
    "GPU207",
    title="A service is given several MIG instances",
    layer=Layer.GPU,
    severity=Severity.INFO,
    on=Service,
    keys=("deploy", "devices", "environment", "gpus"),
    url="https://docs.nvidia.com/datacenter/tesla/mig-user-guide/",
)
def several_mig_instances(service: Service, context: Context) -> Iterator[Finding]:
    """A CUDA process uses one MIG instance, the first that it sees; instances do not add up to a larger GPU, and they
    cannot reach one another's memory. A server that spreads over several GPUs does not start on them.

    Give each service one instance, or a larger one. Several are of use to a container that starts a process for each.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.9.1-cuda12.8-cudnn9-runtime
        shm_size: 8gb
        gpus:
          - device_ids: ["0:0", "0:1"]
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch:2.9.1-cuda12.8-cudnn9-runtime
        shm_size: 8gb
        gpus:
          - device_ids: ["0:0"]
    ```
    """
    found = [
        identifier
        for claim in service_claims(service)
        for identifier in claim.identifiers
        if identifier_kind(identifier.text.strip()) in _MIG
    ]
    if len(found) < 2 or observes(service):
        return
    server = model_server(service)
    spread = server.parallel if server is not None else None
    wanted, place = spread if spread is not None else (1, None)
    if server is not None and place is not None and wanted > 1:
        yield Finding(
            place.span,
            f"{server.title} may not start: it spreads over {wanted} GPUs, and MIG instances cannot work together",
            "Let it run on one instance, or give it whole GPUs.",
            related=(Related(found[1].span, "the instances are named here"),),
            severity=Severity.WARNING,
        )
        return
    yield Finding(
        found[1].span,
        f"a CUDA program in this container will use one MIG instance: {len(found)} are asked for",
        "Give each service one instance, or a larger one.",
    )
