from collections.abc import Iterable, Iterator

from stacks.allocation import ClaimKind, GpuClaim
from stacks.compose import editing
from stacks.compose.document import Document
from stacks.compose.source import Span, TextEdit
from stacks.gpu_use import Hold, gpu_words, gpus_of_their_own, observes, overlapping
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Related, Severity
from stacks.rules.fixes import fix_at
from stacks.rules.registry import rule


@rule(
    "GPU202",
    title="Several services ask for GPUs by count",
    layer=Layer.GPU,
    severity=Severity.WARNING,
    on=Document,
    url="https://github.com/ollama/ollama/issues/3601",
)
def count_in_several_services(document: Document, context: Context) -> Iterator[Finding]:
    """`count: N` always means the first N GPUs, never N that are free: the engine turns it into the ids 0 to N-1, and
    it reserves nothing. Two services with `count: 1` both run on GPU 0 while GPU 1 stays idle.

    Name the GPUs by `device_ids`, different ones for each service.

    ```yaml bad
    services:
      chat:
        image: ollama/ollama:0.13.5
        gpus:
          - count: 1
      draw:
        image: yanwk/comfyui-boot:cu128-slim
        gpus:
          - count: 1
    ```
    ```yaml good
    services:
      chat:
        image: ollama/ollama:0.13.5
        gpus:
          - device_ids: ["0"]
      draw:
        image: yanwk/comfyui-boot:cu128-slim
        gpus:
          - device_ids: ["1"]
    ```
    """
    claims = [claim for claim in context.allocation.claims if claim.kind is ClaimKind.COUNT and claim.count > 0]
    holds = [Hold(claim, _span(claim), "count") for claim in claims if not observes(claim.service)]
    found = list(overlapping(holds, same_way=True))
    plan = gpus_of_their_own([hold.claim for hold, _ in found], context.allocation)
    for hold, others in found:
        shared = gpu_words(range(min(hold.claim.count, max(other.claim.count for other in others), 64)))
        names = ", ".join(f"`{other.claim.service.name}`" for other in others)
        yield Finding(
            hold.span,
            f"this container will get {shared} as well as {names}: `count: N` always means the first N GPUs, "
            "not free ones",
            _hint(context),
            _fix(hold.claim, plan.get(id(hold.claim)), document),
            tuple(Related(other.span, f"`{other.claim.service.name}` counts from GPU 0 too") for other in others),
        )


def _hint(context: Context) -> str:
    if context.host is not None and context.host.gpus is not None and len(context.host.gpus) == 1:
        return "Bound the memory that each takes, or choose a host with more GPUs."
    return "Name a GPU of its own for each service with `device_ids`, or bound the memory that each takes."


def _span(claim: GpuClaim) -> Span:
    count = claim.request.count if claim.request is not None else None
    return claim.span if count is None else count.node.span


def _fix(claim: GpuClaim, indexes: tuple[int, ...] | None, document: Document) -> Fix | None:
    request = claim.request
    if indexes is None or request is None:
        return None
    path = (*request.path, "count")

    def edits() -> Iterable[TextEdit]:
        yield from editing.rename_key(document, path, "device_ids")
        yield from editing.set_value(document, path, [str(index) for index in indexes])

    return fix_at(document, path, f"give it {gpu_words(indexes)} by `device_ids`", edits)
