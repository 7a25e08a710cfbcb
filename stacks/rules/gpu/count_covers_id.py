from collections.abc import Iterator

from stacks.allocation import ClaimKind
from stacks.compose.document import Document
from stacks.gpu_use import Hold, observes, overlapping
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Related, Severity
from stacks.rules.registry import rule


@rule(
    "GPU206",
    title="A count covers the GPU that another service names",
    layer=Layer.GPU,
    severity=Severity.WARNING,
    on=Document,
    url="https://github.com/moby/moby/blob/master/daemon/devices_nvidia_linux.go",
)
def count_covers_id(document: Document, context: Context) -> Iterator[Finding]:
    """`count: N` means GPUs 0 to N-1 on every host, never free ones. Beside a service that names one of these by its
    index, both have the same GPU and share its memory and its time.

    Name GPUs by `device_ids` throughout, different ones for each service. With a host chosen, the GPUs themselves are
    compared, UUIDs and MIG instances too, by another rule.

    ```yaml bad
    services:
      chat:
        image: ollama/ollama:0.13.5
        gpus:
          - count: 1
      embed:
        image: ollama/ollama:0.13.5
        gpus:
          - device_ids: ["0"]
    ```
    ```yaml good
    services:
      chat:
        image: ollama/ollama:0.13.5
        gpus:
          - device_ids: ["1"]
      embed:
        image: ollama/ollama:0.13.5
        gpus:
          - device_ids: ["0"]
    ```
    """
    if context.host is not None and context.host.gpus is not None:
        return
    most = max((claim.count for claim in context.allocation.claims if claim.kind is ClaimKind.COUNT), default=0)
    for index in range(min(most, 64)):
        for hold, others in overlapping(_holds(index, context), same_way=False):
            names = ", ".join(f"`{other.claim.service.name}`" for other in others)
            yield Finding(
                hold.span,
                f"this container will share GPU {index} with {names}: a count always means the first GPUs, from 0",
                "Name the GPUs of each service by `device_ids`.",
                related=tuple(Related(other.span, f"`{other.claim.service.name}` has it too") for other in others),
            )


def _holds(index: int, context: Context) -> Iterator[Hold]:
    """Who has the GPU of that index, by a count or by its number."""
    for claim in context.allocation.claims:
        if observes(claim.service):
            continue
        if claim.kind is ClaimKind.COUNT and claim.count > index:
            count = claim.request.count if claim.request is not None else None
            yield Hold(claim, claim.span if count is None else count.node.span, "count")
        for identifier in claim.identifiers:
            if identifier.text.strip() == str(index):
                yield Hold(claim, identifier.span, "index")
