from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.compose.images import DOCKER_HUB, ImageReference
from stacks.facts.images import GpuKind, image_facts
from stacks.gpu_use import requests_gpu
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "IMG106",
    title="A GPU is asked for an image that has no use for one",
    layer=Layer.GPU,
    severity=Severity.WARNING,
    on=Service,
    url="https://github.com/ggml-org/llama.cpp/blob/master/docs/docker.md",
)
def cpu_image_with_gpu_request(service: Service, context: Context) -> Iterator[Finding]:
    """Many projects publish one image for the CPU and another for NVIDIA GPUs, told apart by the tag alone:
    `llama.cpp:server` and `llama.cpp:server-cuda`, `tensorflow:2.18.0` and `tensorflow:2.18.0-gpu`. With the tag for
    the CPU, or for AMD or Intel, the container gets its GPU and does all its work on the CPU, slowly and without a
    message.

    Take the tag for NVIDIA GPUs, or drop the request.

    ```yaml bad
    services:
      serve:
        image: ghcr.io/ggml-org/llama.cpp:server-b9128
        gpus:
          - count: 1
    ```
    ```yaml good
    services:
      serve:
        image: ghcr.io/ggml-org/llama.cpp:server-cuda-b9128
        gpus:
          - count: 1
    ```
    """
    image = service.image
    facts = image_facts(image.string) if image is not None else None
    if image is None or facts is None or facts.reference is None or facts.gpu not in (GpuKind.NONE, GpuKind.OTHER):
        return
    if facts.reference.digest is not None or not requests_gpu(service):
        return
    whose = "the CPU alone" if facts.gpu is GpuKind.NONE else "GPUs of another maker"
    suggestion = facts.known.suggestion if facts.known is not None else None
    fits = suggestion is not None and image_facts(suggestion).gpu in (GpuKind.REQUIRED, GpuKind.USEFUL)
    yield Finding(
        image.span,
        f"this container will not use its GPU: `{_written(facts.reference)}` is built for {whose}",
        f"Take a tag for NVIDIA GPUs, such as `{suggestion}`."
        if fits
        else "Take a tag for NVIDIA GPUs, or drop the request.",
    )


def _written(reference: ImageReference) -> str:
    return str(reference) if reference.registry == DOCKER_HUB else str(reference).rpartition("/")[2]
