from collections.abc import Iterator

from stacks.allocation import ClaimKind, GpuClaim, service_claims
from stacks.compose.document import Service
from stacks.gpu_use import gpu_words, host_label, observes
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "GPU201",
    title="Replicas of a service share its GPUs",
    layer=Layer.GPU,
    severity=Severity.WARNING,
    on=Service,
    keys=("deploy", "scale"),
    url="https://github.com/docker/compose/issues/11863",
)
def replicas_share_gpus(service: Service, context: Context) -> Iterator[Finding]:
    """Docker Compose hands nothing out: every replica carries the same request, so every replica gets the same GPUs.
    Three replicas with `count: 1` are three containers on GPU 0, which share its memory and its time, while the other
    GPUs stay idle. Nothing says so; the third one usually dies for want of memory.

    Write one service for each GPU, each with its own `device_ids`. An orchestrator that counts GPUs (Swarm with generic
    resources, Kubernetes, Nomad) can do it with replicas.

    ```yaml bad
    services:
      serve:
        image: ollama/ollama:0.13.5
        deploy:
          replicas: 2
          resources:
            reservations:
              devices:
                - driver: nvidia
                  count: 1
                  capabilities: [gpu]
    ```
    ```yaml good
    x-serve: &serve
      image: ollama/ollama:0.13.5
    services:
      serve-0:
        <<: *serve
        gpus:
          - device_ids: ["0"]
      serve-1:
        <<: *serve
        gpus:
          - device_ids: ["1"]
    ```
    """
    replicas = service.replicas
    if replicas < 2 or observes(service):
        return
    claim = next((claim for claim in service_claims(service) if not claim.is_nothing), None)
    node = service.scalar("deploy", "replicas") or service.scalar("scale")
    if claim is None or node is None:
        return
    many = "both" if replicas == 2 else f"all {replicas}"
    yield Finding(
        node.span,
        f"{many} containers will share {_shared(claim)}: each replica gets the same GPUs"
        + _demand(claim, replicas, context),
        "Write one service for each GPU, each with its own `device_ids`.",
    )


def _shared(claim: GpuClaim) -> str:
    if claim.kind is ClaimKind.ALL:
        return "all GPUs of the host"
    if claim.kind is ClaimKind.COUNT:
        return gpu_words(range(min(claim.count, 64)))
    named = [each.text.strip() for each in claim.identifiers]
    return f"GPU `{named[0]}`" if len(named) == 1 else "the GPUs " + ", ".join(f"`{name}`" for name in named[:4])


def _demand(claim: GpuClaim, replicas: int, context: Context) -> str:
    """What the author may have counted on, where the host does not have it."""
    host = context.host
    if host is None or host.gpus is None or claim.kind is ClaimKind.ALL:
        return ""
    wanted = replicas * (claim.count if claim.kind is ClaimKind.COUNT else len(claim.identifiers))
    most = len(host.gpus)
    return f"; {wanted} different GPUs are more than the {most} of {host_label(host)}" if wanted > most else ""
