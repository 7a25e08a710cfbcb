from collections.abc import Iterator

from stacks.allocation import ClaimKind, Holding
from stacks.compose.document import Document
from stacks.compose.source import Span
from stacks.gpu_use import Hold, gpu_words, identifier_way, observes, overlapping
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Related, Severity
from stacks.rules.registry import GPUS, rule


@rule(
    "GPU204",
    title="One GPU is given to several services under different names",
    layer=Layer.HOST,
    severity=Severity.WARNING,
    on=Document,
    needs=(GPUS,),
    url="https://github.com/docker/compose/issues/11863",
)
def gpu_held_in_two_ways(document: Document, context: Context) -> Iterator[Finding]:
    """A GPU has several names: its index, its UUID, its place in `count: N` (GPUs 0 to N-1) and `all`. On this host two
    services name the same one, each in its own way, so that the file does not show it. They share its memory and time.

    Name GPUs in one way throughout, best by UUID, and give each service its own. A service that takes `all` is only
    noted: that is often meant.

    ```yaml bad
    # host: mixed
    services:
      chat:
        image: ollama/ollama:0.13.5
        gpus:
          - device_ids: ["1"]
      draw:
        image: yanwk/comfyui-boot:cu128-slim
        gpus:
          - device_ids: ["GPU-44444444-4444-4444-8444-444444444444"]
    ```
    ```yaml good
    # host: mixed
    services:
      chat:
        image: ollama/ollama:0.13.5
        gpus:
          - device_ids: ["GPU-33333333-3333-4333-8333-333333333333"]
      draw:
        image: yanwk/comfyui-boot:cu128-slim
        gpus:
          - device_ids: ["GPU-44444444-4444-4444-8444-444444444444"]
    ```
    """
    groups: dict[tuple[int, int | None], list[Hold]] = {}
    for holding in context.allocation.holdings:
        if not observes(holding.claim.service):
            part = None if holding.mig_instance is None else holding.mig_instance.index
            groups.setdefault((holding.gpu.index, part), []).append(_hold(holding))
    shared: dict[tuple[int, Span], tuple[Hold, list[int], dict[Span, Hold]]] = {}
    for (gpu, _), holds in groups.items():
        for hold, others in overlapping(holds, same_way=False):
            _, gpus, earlier = shared.setdefault((id(hold.claim), hold.span), (hold, [], {}))
            gpus.append(gpu)
            earlier.update({other.span: other for other in others})
    for hold, gpus, earlier in shared.values():
        yield _finding(hold, gpus, list(earlier.values())[:3])


def _hold(holding: Holding) -> Hold:
    claim, identifier = holding.claim, holding.identifier
    if identifier is not None:
        return Hold(claim, identifier.span, identifier_way(identifier))
    count = claim.request.count if claim.request is not None else None
    # A way of its own for each `all`: two of them are different services that hold every GPU.
    way = f"all of {claim.service.name}" if claim.kind is ClaimKind.ALL else "count"
    return Hold(claim, count.node.span if count is not None else claim.span, way)


def _finding(hold: Hold, gpus: list[int], others: list[Hold]) -> Finding:
    names = ", ".join(dict.fromkeys(f"`{other.claim.service.name}`" for other in others))
    takes_all = any(each.claim.kind is ClaimKind.ALL for each in (hold, *others))
    why = "`all` is every GPU, those of others too" if takes_all else "the same GPU, named in another way"
    return Finding(
        hold.span,
        f"this container will share {gpu_words(gpus)} with {names}: {why}",
        "Give each service a GPU of its own, and name all of them in one way.",
        related=tuple(Related(other.span, f"`{other.claim.service.name}` has it too") for other in others),
        severity=Severity.INFO if takes_all else None,
    )
