from collections.abc import Iterator
from functools import partial

from stacks.allocation import CDI_GPU, GpuClaim, Identifier
from stacks.compose import editing
from stacks.compose.document import Document
from stacks.compose.gpu_identifiers import identifier_kind
from stacks.compose.nodes import Scalar
from stacks.facts.spelling import closest
from stacks.gpu_use import free_gpus, gpu_words, host_label
from stacks.hosts.snapshot import Gpu
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import GPUS, rule


@rule(
    "GPU102",
    title="A GPU is asked for that the host does not have",
    layer=Layer.HOST,
    severity=Severity.ERROR,
    on=Document,
    needs=(GPUS,),
    url="https://github.com/NVIDIA/nvidia-docker/issues/1264",
)
def unknown_gpu(document: Document, context: Context) -> Iterator[Finding]:
    """Docker Compose does not know the host, so it accepts any id. The container is created, and its start fails with
    `device error: unknown device` (or `unresolvable CDI devices`).

    Indexes count from 0, in the order of `nvidia-smi -L`. A UUID names one card for good: one that was copied from
    another machine, or from a card that was replaced, names nothing here.

    ```yaml bad
    # host: h200-x2
    services:
      train:
        image: pytorch/pytorch:2.9.1-cuda12.8-cudnn9-runtime
        shm_size: 8gb
        gpus:
          - device_ids: ["2"]
    ```
    ```yaml good
    # host: h200-x2
    services:
      train:
        image: pytorch/pytorch:2.9.1-cuda12.8-cudnn9-runtime
        shm_size: 8gb
        gpus:
          - device_ids: ["1"]
    ```
    """
    host = context.snapshot()
    unresolved = context.allocation.unresolved if host.gpus else ()
    free = free_gpus(context.allocation) if unresolved else ()
    for claim, identifier in unresolved:
        text = identifier.text.strip()
        if claim.variable is not None and identifier_kind(text) is None:
            continue  # no name at all, which is said of every value
        if _is_plain_name(text) and host.lacks(text):
            known = [gpu.uuid for gpu in host.gpus or () if gpu.uuid]
            nearest = None if text.isdigit() else closest(text, known, 0.85)
            yield Finding(
                identifier.span,
                f"this container will not start: {host_label(host)} has no GPU `{text}`, only "
                f"{gpu_words(gpu.index for gpu in host.gpus or ())}",
                _hint(text, nearest),
                _fix(claim, identifier, nearest, free, document),
            )


def _is_plain_name(text: str) -> bool:
    """One name: neither a list in one string nor a MIG name, which other rules look at."""
    return bool(text) and not set(text) & set(", :") and not text.upper().startswith("MIG-")


def _hint(text: str, nearest: str | None) -> str:
    if nearest is not None:
        return f"Did you mean `{nearest}`?"
    if text.isdigit():
        return "Name one that it has, or choose the host that has it."
    return "Compare it with what `nvidia-smi -L` prints: it may be the UUID of a GPU of another host."


def _fix(
    claim: GpuClaim, identifier: Identifier, nearest: str | None, free: tuple[Gpu, ...], document: Document
) -> Fix | None:
    written = document.source.slice(identifier.span)
    is_long_form = claim.mapping is not None and not isinstance(claim.mapping.node, Scalar)
    if claim.variable is not None or is_long_form or "$" in written or not (nearest or free):
        return None
    name = nearest or (not identifier.text.isdigit() and free[0].uuid) or str(free[0].index)
    path, new = document.path_at(identifier.span.start), f"{CDI_GPU if CDI_GPU in written else ''}{name}"
    edits = partial(editing.set_value, document, path, new, in_place=True)
    return Fix(f"use GPU `{name}`", edits, safe=False)
