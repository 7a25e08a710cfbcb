from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.document import Document, Service
from stacks.compose.source import Span
from stacks.gpu_use import observes
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import GPUS, rule

ORDER = "CUDA_DEVICE_ORDER"
_BY_BUS = "PCI_BUS_ID"


@rule(
    "GPU106",
    title="CUDA may number different GPUs in another order than the host",
    layer=Layer.HOST,
    severity=Severity.INFO,
    on=Document,
    needs=(GPUS,),
    url="https://docs.nvidia.com/cuda/cuda-c-programming-guide/index.html#env-vars",
)
def mixed_models_without_device_order(document: Document, context: Context) -> Iterator[Finding]:
    """`nvidia-smi` and Docker number GPUs by their place on the PCI bus. CUDA numbers them by speed, the fastest first,
    unless `CUDA_DEVICE_ORDER=PCI_BUS_ID` is set. In a container that sees GPUs of different models, GPU 0 of a program
    may therefore be another card than GPU 0 of `nvidia-smi`.

    Set `CUDA_DEVICE_ORDER: PCI_BUS_ID`, or give the service GPUs of one model. Where `CUDA_VISIBLE_DEVICES` chooses by
    number this is a warning.

    ```yaml bad
    # host: mixed
    services:
      train:
        image: pytorch/pytorch:2.9.1-cuda12.8-cudnn9-runtime
        shm_size: 8gb
        gpus: all
    ```
    ```yaml good
    # host: mixed
    services:
      train:
        image: pytorch/pytorch:2.9.1-cuda12.8-cudnn9-runtime
        shm_size: 8gb
        environment:
          CUDA_DEVICE_ORDER: PCI_BUS_ID
        gpus: all
    ```
    """
    if len({gpu.name for gpu in context.snapshot().gpus or ()}) < 2:
        return
    models: dict[str, tuple[Service, Span, list[str]]] = {}
    for holding in context.allocation.holdings:
        service = holding.claim.service
        found = models.setdefault(service.name, (service, holding.claim.span, []))[2]
        if holding.gpu.name not in found:
            found.append(holding.gpu.name)
    for service, span, names in models.values():
        order, chosen = service.variable(ORDER), service.variable("CUDA_VISIBLE_DEVICES")
        if len(names) < 2 or observes(service) or (order is not None and order.value in (_BY_BUS, None)):
            continue
        by_number = chosen is not None and any(character.isdigit() for character in (chosen.value or "")[:1])
        if chosen is not None and by_number:
            span = chosen.value_span
        yield Finding(
            order.value_span if order is not None else span,
            f"GPU 0 of this container's programs may not be GPU 0 of `nvidia-smi`: it sees {_words(names)}, and CUDA "
            "puts the fastest first",
            f"Set `{ORDER}: {_BY_BUS}`.",
            Fix(f"set `{ORDER}: {_BY_BUS}`", partial(editing.set_environment, document, service.name, ORDER, _BY_BUS)),
            severity=Severity.WARNING if by_number else None,
        )


def _words(names: list[str]) -> str:
    return ", ".join(names[:-1]) + f" and {names[-1]}"
