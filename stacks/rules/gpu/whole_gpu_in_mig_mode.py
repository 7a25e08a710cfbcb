from collections.abc import Iterator

from stacks.allocation import ClaimKind, GpuClaim, Holding
from stacks.compose import editing
from stacks.compose.document import Document
from stacks.compose.source import Span
from stacks.gpu_use import gpu_words, observes
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import GPUS, rule


@rule(
    "GPU105",
    title="A whole GPU is asked for while MIG is on",
    layer=Layer.HOST,
    severity=Severity.WARNING,
    on=Document,
    needs=(GPUS,),
    url="https://docs.nvidia.com/datacenter/tesla/mig-user-guide/",
)
def whole_gpu_in_mig_mode(document: Document, context: Context) -> Iterator[Finding]:
    """While MIG is on, a GPU is cut into instances, and CUDA works on instances only. A container that is given the
    whole GPU sees all of its instances, but a CUDA program uses just one of them: with a part of the memory and of
    the speed. Where no instance has been made, it finds no GPU at all.

    Ask for the instances by name, one for each service, or switch MIG off on that GPU.

    ```yaml bad
    # host: mig
    services:
      serve:
        image: vllm/vllm-openai:v0.11.0
        shm_size: 8gb
        gpus:
          - device_ids: ["0"]
    ```
    ```yaml good
    # host: mig
    services:
      serve:
        image: vllm/vllm-openai:v0.11.0
        shm_size: 8gb
        gpus:
          - device_ids: ["MIG-bbbbbbbb-bbbb-5bbb-9bbb-bbbbbbbbbbbb"]
    ```
    """
    found: dict[tuple[int, Span], list[Holding]] = {}
    held = {id(holding.mig_instance) for holding in context.allocation.holdings}
    for holding in context.allocation.holdings:
        if holding.gpu.mig_enabled and holding.mig_instance is None and not observes(holding.claim.service):
            span = holding.identifier.span if holding.identifier else _span(holding.claim)
            found.setdefault((id(holding.claim), span), []).append(holding)
    for (_, span), holdings in found.items():
        gpus = gpu_words(holding.gpu.index for holding in holdings)
        instances = [each for holding in holdings for each in holding.gpu.mig_instances]
        empty = not instances and all(holding.gpu.mig_instances_known for holding in holdings)
        what = "see no GPU" if empty else "use one MIG instance only, a part of the GPU"
        why = "MIG is on and no instance has been made" if empty else "MIG is on"
        yield Finding(
            span,
            f"CUDA in this container will {what}: on {gpus} {why}",
            "Make the instances, or switch MIG off." if empty else "Name the MIG instance that the service shall have.",
            _fix(holdings[0], held, document) if len(holdings) == 1 else None,
        )


def _span(claim: GpuClaim) -> Span:
    count = claim.request.count if claim.request is not None else None
    return count.node.span if count is not None else claim.span


def _fix(holding: Holding, held: set[int], document: Document) -> Fix | None:
    request, identifier = holding.claim.request, holding.identifier
    if request is None or identifier is None or holding.claim.kind is not ClaimKind.IDENTIFIERS:
        return None
    free = [each for each in holding.gpu.mig_instances if each.uuid and id(each) not in held]
    if not free or free[0].uuid is None:
        return None
    uuid, path = free[0].uuid, document.path_at(identifier.span.start)
    title = f"use MIG instance `{uuid}`" + (f" ({free[0].profile})" if free[0].profile else "")
    return Fix(title, lambda: editing.set_value(document, path, uuid, in_place=True), safe=False)
