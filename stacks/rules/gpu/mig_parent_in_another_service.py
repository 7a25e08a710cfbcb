from collections.abc import Iterator

from stacks.compose.document import Document
from stacks.gpu_use import Hold, observes, overlapping
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Related, Severity
from stacks.rules.registry import GPUS, rule


@rule(
    "GPU205",
    title="A MIG instance and its whole GPU go to different services",
    layer=Layer.HOST,
    severity=Severity.WARNING,
    on=Document,
    needs=(GPUS,),
    url="https://docs.nvidia.com/datacenter/tesla/mig-user-guide/",
)
def mig_parent_in_another_service(document: Document, context: Context) -> Iterator[Finding]:
    """A service that is given a whole GPU in MIG mode sees all of its instances, those of other services included. Its
    programs may well run on the instance that another service counts as its own: the isolation that MIG is for is lost.

    Give each service an instance by name.

    ```yaml bad
    # host: mig
    services:
      chat:
        image: ollama/ollama:0.13.5
        gpus:
          - device_ids: ["0:0"]
      draw:
        image: yanwk/comfyui-boot:cu128-slim
        gpus:
          - device_ids: ["0"]
    ```
    ```yaml good
    # host: mig
    services:
      chat:
        image: ollama/ollama:0.13.5
        gpus:
          - device_ids: ["0:0"]
      draw:
        image: yanwk/comfyui-boot:cu128-slim
        gpus:
          - device_ids: ["0:1"]
    ```
    """
    groups: dict[int, list[Hold]] = {}
    for holding in context.allocation.holdings:
        if holding.gpu.mig_enabled and not observes(holding.claim.service):
            way = "whole" if holding.mig_instance is None else "part"
            span = holding.identifier.span if holding.identifier else holding.claim.span
            groups.setdefault(holding.gpu.index, []).append(Hold(holding.claim, span, way))
    for gpu, holds in groups.items():
        for hold, others in overlapping(holds, same_way=False):
            other = others[0]
            name = f"`{other.claim.service.name}`"
            what = (
                f"this container will see the MIG instance of {name}: it has the whole of GPU {gpu}"
                if hold.way == "whole"
                else f"{name} will see this MIG instance too: it has the whole of GPU {gpu}"
            )
            yield Finding(
                hold.span,
                what,
                "Give each service a MIG instance by name.",
                related=tuple(Related(each.span, f"GPU {gpu} in `{each.claim.service.name}`") for each in others),
            )
