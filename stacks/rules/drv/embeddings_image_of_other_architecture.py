from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.document import Document, Service
from stacks.compose.images import ImageReference
from stacks.facts.cuda import Version
from stacks.facts.gpus import compute_capability_of
from stacks.facts.images import image_facts, tag_for_capability, with_tag
from stacks.hosts.snapshot import Gpu
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import GPUS, rule


@rule(
    "DRV103",
    title="The image is compiled for another GPU architecture",
    layer=Layer.HOST,
    severity=Severity.ERROR,
    on=Document,
    needs=(GPUS,),
    url="https://huggingface.co/docs/text-embeddings-inference/supported_models",
)
def embeddings_image_of_other_architecture(document: Document, context: Context) -> Iterator[Finding]:
    """Text Embeddings Inference is published once for each GPU architecture, and the beginning of the tag says which:
    `turing-` (T4, RTX 20), none (A100, A30), `86-` (A10, RTX 30), `89-` (L4, RTX 40), `hopper-` (H100, H200). At start
    the server compares that with the GPU, and stops where they do not fit. Volta and older cards have no image.

    Take the tag of the GPU's architecture; `cuda-1.9` and later hold several.

    ```yaml bad
    # host: h200-x2
    services:
      embed:
        image: ghcr.io/huggingface/text-embeddings-inference:1.9
        command: --model-id BAAI/bge-m3
        gpus:
          - count: 1
    ```
    ```yaml good
    # host: h200-x2
    services:
      embed:
        image: ghcr.io/huggingface/text-embeddings-inference:hopper-1.9
        command: --model-id BAAI/bge-m3
        gpus:
          - count: 1
    ```
    """
    reported: set[str] = set()
    for holding in context.allocation.holdings:
        service = holding.claim.service
        facts = image_facts(service.image.string) if service.image is not None else None
        if facts is None or facts.capabilities is None or service.name in reported:
            continue
        first, last = facts.capabilities
        capability = compute_capability_of(holding.gpu)
        if capability is not None and not first <= capability <= last and facts.reference is not None:
            reported.add(service.name)
            yield _finding(service, facts.reference, first, holding.gpu, capability)


def _finding(service: Service, reference: ImageReference, compiled: Version, gpu: Gpu, capability: Version) -> Finding:
    assert service.image is not None
    tag = tag_for_capability(reference, capability)
    text = with_tag(service.image.string, tag or "")
    path = service.document.path_at(service.image.start)
    fix = None
    if tag is not None and reference.digest is None and service.image.interpolated is None:
        fix = Fix(
            f"use `{text}`",
            partial(editing.set_value, service.document, path, text, in_place=True),
            safe=reference.tag != "latest",
        )
    return Finding(
        service.image.span,
        f"this server will stop at start: its image is compiled for compute capability {compiled[0]}.{compiled[1]}, "
        f"and the {gpu.name} has {capability[0]}.{capability[1]}",
        "Take the tag of the GPU's architecture." if tag else "Use another GPU: this server has no image for this one.",
        fix,
    )
