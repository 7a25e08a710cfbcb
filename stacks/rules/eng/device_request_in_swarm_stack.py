from collections.abc import Iterator

from stacks.compose.devices import RequestOrigin
from stacks.compose.document import Service
from stacks.compose.nodes import Scalar
from stacks.compose.source import Span
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Related, Severity
from stacks.rules.registry import rule


@rule(
    "ENG115",
    title="A service for Swarm asks for GPUs in a way that Swarm refuses",
    layer=Layer.GPU,
    severity=Severity.WARNING,
    on=Service,
    url="https://github.com/docker/cli/issues/3051",
)
def device_request_in_swarm_stack(service: Service, context: Context) -> Iterator[Finding]:
    """`placement`, `endpoint_mode` and `mode: global` mean something in Swarm only, so this file is made for `docker
    stack deploy`. That refuses it: `deploy.resources.reservations Additional property devices is not allowed`; `gpus`
    and `runtime` it does not know either.

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
    requests = service.device_requests if "deploy" in service.node.effective else ()
    evidence = _evidence(service) if requests else None
    if evidence is None:
        return
    key, span = evidence
    for request in requests:
        given = "devices" if request.origin is RequestOrigin.DEPLOY else "gpus"
        yield Finding(
            request.span,
            f"`docker stack deploy` will refuse this file: Swarm knows no `{given}`, and `{key}` is for Swarm only",
            "Reserve GPUs by `generic_resources` for Swarm, or remove the keys of Swarm for `docker compose`.",
            related=(Related(span, f"`{key}` has a meaning in Swarm only"),),
        )
        return


def _evidence(service: Service) -> tuple[str, Span] | None:
    deploy = service.mapping("deploy")
    for key in ("placement", "endpoint_mode", "mode"):
        entry = deploy.get(key) if deploy is not None else None
        if entry is None or (isinstance(entry.value, Scalar) and entry.value.value is None):
            continue
        if key != "mode":
            return key, entry.span
        if isinstance(entry.value, Scalar) and entry.value.string.startswith("global"):
            return "mode: global", entry.span
    return None
