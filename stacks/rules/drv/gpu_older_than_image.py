from collections.abc import Iterator

from stacks.compose.document import Document
from stacks.facts.gpus import compute_capability_of
from stacks.facts.images import image_facts, least_capability
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import GPUS, rule


@rule(
    "DRV108",
    title="The image has no programs for a GPU this old",
    layer=Layer.HOST,
    severity=Severity.WARNING,
    on=Document,
    needs=(GPUS,),
    url="https://github.com/pytorch/pytorch/issues/157517",
)
def gpu_older_than_image(document: Document, context: Context) -> Iterator[Finding]:
    """What an image runs on is often less than what its CUDA knows. PyTorch's builds for CUDA 12.8 and later, from 2.8
    on, have no code for Maxwell, Pascal and Volta cards, though CUDA 12.9 still supports them; vLLM, SGLang and Text
    Generation Inference need a compute capability of 7.5. The container starts and sees the GPU, and the first kernel
    fails: `no kernel image is available for execution on the device`.

    Take the tag with an older CUDA where there is one (PyTorch: `cuda12.6`), or another GPU.

    ```yaml bad
    # host: volta
    services:
      train:
        image: pytorch/pytorch:2.9.1-cuda12.8-cudnn9-runtime
        shm_size: 8gb
        gpus: [{count: 1}]
    ```
    ```yaml good
    # host: volta
    services:
      train:
        image: pytorch/pytorch:2.9.1-cuda12.6-cudnn9-runtime
        shm_size: 8gb
        gpus: [{count: 1}]
    ```
    """
    reported: set[str] = set()
    for holding in context.allocation.holdings:
        service = holding.claim.service
        least = least_capability(service.image.string) if service.image is not None else None
        capability = compute_capability_of(holding.gpu) if least is not None else None
        if service.image is None or least is None or capability is None or service.name in reported:
            continue
        if capability < least.capability:
            reported.add(service.name)
            title = image_facts(service.image.string).known
            yield Finding(
                service.image.span,
                f"GPU programs in this container will fail: {title.title if title else 'the image'} needs compute "
                f"capability {least.capability[0]}.{least.capability[1]}, and the {holding.gpu.name} has "
                f"{capability[0]}.{capability[1]}",
                least.hint or "Use a newer GPU, or another image.",
                severity=None if least.is_verified else Severity.INFO,
            )
