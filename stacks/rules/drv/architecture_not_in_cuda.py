from collections.abc import Iterator

from stacks.compose.document import Document, Service
from stacks.facts.cuda import Version, architecture, oldest_toolkit
from stacks.facts.gpus import compute_capability_of
from stacks.facts.images import ImageFacts, image_facts
from stacks.hosts.snapshot import Gpu
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import GPUS, rule


@rule(
    "DRV102",
    title="The image's CUDA does not know the GPU's architecture",
    layer=Layer.HOST,
    severity=Severity.WARNING,
    on=Document,
    needs=(GPUS,),
    url="https://github.com/pytorch/pytorch/issues/157517",
)
def architecture_not_in_cuda(document: Document, context: Context) -> Iterator[Finding]:
    """GPU programs are compiled for architectures. A CUDA that is older than the GPU has no code for it, and a CUDA
    that has dropped the GPU no libraries: the container starts, sees the GPU, and the first kernel fails with `no
    kernel image is available for execution on the device`. Blackwell cards need CUDA 12.8 or later; Pascal and Volta
    cards end with CUDA 12.9, whatever the driver says.

    Take an image whose CUDA knows the card.

    ```yaml bad
    # host: blackwell
    services:
      train:
        image: pytorch/pytorch:2.5.1-cuda12.4-cudnn9-runtime
        shm_size: 8gb
        gpus:
          - count: 1
    ```
    ```yaml good
    # host: blackwell
    services:
      train:
        image: pytorch/pytorch:2.9.1-cuda12.8-cudnn9-runtime
        shm_size: 8gb
        gpus:
          - count: 1
    ```
    """
    seen: set[tuple[str, Version]] = set()
    for holding in context.allocation.holdings:
        service = holding.claim.service
        facts = image_facts(service.image.string) if service.image is not None else None
        if facts is None or facts.cuda is None:
            continue
        capability = compute_capability_of(holding.gpu)
        if capability is not None and (service.name, capability) not in seen:
            seen.add((service.name, capability))
            yield from _findings(service, facts, holding.gpu, capability)


def _findings(service: Service, facts: ImageFacts, gpu: Gpu, capability: Version) -> Iterator[Finding]:
    known, oldest, cuda = architecture(capability), oldest_toolkit(capability), facts.cuda
    if service.image is None or cuda is None or known is None or oldest is None:
        return
    severity = None if known.is_verified else Severity.INFO
    card = f"{gpu.name} (compute capability {capability[0]}.{capability[1]}, {known.name})"
    found = f"the image's CUDA {cuda[0]}.{cuda[1]}"
    if cuda < oldest and not facts.cuda_is_minimum:
        first = f"{oldest[0]}.{oldest[1]}"
        yield Finding(
            service.image.span,
            f"GPU programs in this container will fail: {found} is older than the {card} and has no code for it",
            f"Take an image with CUDA {first} or newer.",
            severity=severity,
        )
    elif known.last is not None and cuda > known.last:
        last = f"{known.last[0]}.{known.last[1]}"
        yield Finding(
            service.image.span,
            f"GPU programs in this container will fail: {found} no longer supports the {card}",
            f"Take an image with CUDA {last} or older: it is the last for this card.",
            severity=severity,
        )
