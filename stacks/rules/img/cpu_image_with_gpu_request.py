from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.compose.images import DOCKER_HUB, ImageReference
from stacks.compose.nodes import Scalar
from stacks.facts.images import GpuKind, ImageFacts, gpu_tag, image_facts, with_tag
from stacks.gpu_use import requests_gpu
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.fixes import fix_at
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
    if image is None or facts is None or facts.reference is None or facts.reference.digest is not None:
        return
    limited = facts.gpu is GpuKind.USEFUL and facts.limited is not None
    if not (limited or facts.gpu in (GpuKind.NONE, GpuKind.OTHER)) or not requests_gpu(service):
        return
    hint, fix = _repair(service, image, facts, facts.reference)
    whose = "the CPU alone" if facts.gpu is GpuKind.NONE else "GPUs of another maker"
    is_hint = limited or (facts.known is not None and not facts.known.is_verified)
    written = _written(facts.reference)
    yield Finding(
        image.span,
        f"this container will use its GPU in part: `{written}` {facts.limited}"
        if limited
        else f"this container will not use its GPU: `{written}` is built for {whose}",
        hint,
        fix,
        severity=Severity.INFO if is_hint else None,
    )


def _repair(service: Service, image: Scalar, facts: ImageFacts, reference: ImageReference) -> tuple[str, Fix | None]:
    tag = gpu_tag(reference)
    if tag is not None:
        text = with_tag(image.string, tag)
        path = service.document.path_at(image.start)
        edits = partial(editing.set_value, service.document, path, text, in_place=True)
        fix = fix_at(service.document, path, f"use `{text}`", edits, safe=False) if image.interpolated is None else None
        return f"Take the tag for NVIDIA GPUs, `{tag}`.", fix
    suggestion = facts.known.suggestion if facts.known is not None else None
    if suggestion is not None and image_facts(suggestion).gpu in (GpuKind.REQUIRED, GpuKind.USEFUL):
        return f"Take a tag for NVIDIA GPUs, such as `{suggestion}`.", None
    several = facts.known is not None and facts.gpu is GpuKind.OTHER
    return "Take a tag for NVIDIA GPUs, or drop the request." if several else "Drop the request.", None


def _written(reference: ImageReference) -> str:
    return str(reference) if reference.registry == DOCKER_HUB else str(reference).rpartition("/")[2]
