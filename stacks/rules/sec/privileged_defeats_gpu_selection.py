from collections.abc import Iterator

from stacks.allocation import ClaimKind
from stacks.compose import editing
from stacks.compose.document import Service
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Related, Severity
from stacks.rules.registry import rule


@rule(
    "SEC101",
    title="Privileged mode defeats the choice of GPUs",
    layer=Layer.GPU,
    severity=Severity.WARNING,
    on=Service,
    keys=("privileged",),
    url="https://github.com/NVIDIA/nvidia-docker/issues/764",
)
def privileged_defeats_gpu_selection(service: Service, context: Context) -> Iterator[Finding]:
    """A privileged container may open every device of the host, so it sees **all** GPUs whatever it asked for, and
    can take the memory of those that were meant for others. A GPU needs no privileges: the request is enough.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        privileged: true
        gpus:
          - device_ids: ["1"]
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        gpus:
          - device_ids: ["1"]
    ```
    """
    entry = service.get("privileged")
    node = service.scalar("privileged")
    if entry is None or node is None or node.string.lower() != "true":
        return
    claims = [claim for claim in context.allocation.of_service(service.name) if not claim.is_nothing]
    chosen = [claim for claim in claims if claim.kind is not ClaimKind.ALL]
    if chosen and len(chosen) == len(claims):
        path = (*service.path, "privileged")
        yield Finding(
            entry.span,
            "this container will see all GPUs, not only those that it asks for: `privileged` opens every device",
            "Remove `privileged`; a GPU request does not need it.",
            Fix("remove `privileged`", lambda: editing.delete(context.document, path), safe=False),
            (Related(chosen[0].span, "these GPUs are asked for"),),
        )
