from collections.abc import Iterator

from stacks.compose.devices import RequestOrigin
from stacks.compose.document import Service
from stacks.compose.gpu_requests import runs_nvidia
from stacks.compose.source import Span
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Related, Severity
from stacks.rules.registry import rule
from stacks.swarm import swarm_sign


@rule(
    "ENG115",
    title="A service for Swarm asks for GPUs in a way that Swarm refuses",
    layer=Layer.GPU,
    severity=Severity.WARNING,
    on=Service,
    keys=("deploy", "gpus", "runtime"),
    url="https://github.com/docker/cli/issues/3051",
)
def device_request_in_swarm_stack(service: Service, context: Context) -> Iterator[Finding]:
    """`placement`, `endpoint_mode`, `mode: global` and `generic_resources` mean something in Swarm only, so this file
    is made for `docker stack deploy`. That refuses it: `deploy.resources.reservations Additional property devices is
    not allowed`; `gpus` and `runtime` it does not know either.

    In Swarm reserve GPUs by `generic_resources`, which the nodes must offer. For `docker compose` leave the keys of
    Swarm out.

    ```yaml bad
    services:
      train:
        image: registry.example.org/team/trainer:2.4
        deploy:
          placement: {constraints: [node.labels.gpu == true]}
          resources: {reservations: {devices: [{driver: nvidia, count: 1, capabilities: [gpu]}]}}
    ```
    ```yaml good
    services:
      train:
        image: registry.example.org/team/trainer:2.4
        deploy:
          placement: {constraints: [node.labels.gpu == true]}
          resources: {reservations: {generic_resources: [{discrete_resource_spec: {kind: gpu, value: 1}}]}}
    ```
    """
    sign = swarm_sign(service)
    if sign is None:
        return
    related = (Related(sign.span, f"`{sign.key}` has a meaning in Swarm only"),)
    for key, span in _refused(service):
        yield Finding(
            span,
            f"`docker stack deploy` will refuse this file: Swarm knows no `{key}`, and `{sign.key}` is for Swarm only",
            "Reserve GPUs by `generic_resources` for Swarm, or remove the keys of Swarm for `docker compose`.",
            related=related,
        )
        return


def _refused(service: Service) -> Iterator[tuple[str, Span]]:
    for request in service.device_requests:
        yield "devices" if request.origin is RequestOrigin.DEPLOY else "gpus", request.span
    if service.runtime is not None and runs_nvidia(service):
        yield "runtime", service.runtime.span
