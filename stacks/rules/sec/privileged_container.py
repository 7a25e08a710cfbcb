from collections.abc import Iterator

from stacks.allocation import ClaimKind, service_claims
from stacks.compose.document import Service
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "SEC102",
    title="A container is privileged",
    layer=Layer.PRACTICE,
    severity=Severity.INFO,
    on=Service,
    keys=("privileged",),
    url="https://docs.docker.com/engine/containers/run/#runtime-privilege-and-linux-capabilities",
)
def privileged_container(service: Service, context: Context) -> Iterator[Finding]:
    """A privileged container has all capabilities and all devices of the host, without seccomp and AppArmor: root in
    it is root on the host. A GPU does not need it, nor do NCCL, InfiniBand or a debugger, which need a capability or a
    device of their own.

    Remove it, and add what is really needed with `cap_add` and `devices`.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.9.1-cuda12.8-cudnn9-runtime
        privileged: true
        gpus: all
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch:2.9.1-cuda12.8-cudnn9-runtime
        cap_add:
          - IPC_LOCK
        devices:
          - /dev/infiniband
        gpus: all
    ```
    """
    entry, node = service.get("privileged"), service.scalar("privileged")
    if entry is None or node is None or node.string.lower() != "true" or _chooses_gpus(service):
        return
    yield Finding(
        entry.span,
        "root in this container is root on the host: `privileged` gives it every device and capability",
        "Remove it, and add what is needed with `cap_add` and `devices`; a GPU request needs neither.",
    )


def _chooses_gpus(service: Service) -> bool:
    """Whether privileged mode undoes a choice of GPUs, which is worse and told elsewhere."""
    claims = [claim for claim in service_claims(service) if not claim.is_nothing]
    return bool(claims) and all(claim.kind is not ClaimKind.ALL for claim in claims)
