from collections.abc import Iterator
from functools import partial

from stacks.allocation import CDI_GPU, GpuClaim, Identifier
from stacks.compose import editing
from stacks.compose.document import Document
from stacks.compose.nodes import Scalar
from stacks.facts.spelling import closest
from stacks.gpu_use import free_gpus, gpu_words, host_label
from stacks.hosts.snapshot import Gpu, HostSnapshot
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
        deploy:
          resources:
            reservations:
              devices:
                - driver: nvidia
                  device_ids: ["2"]
                  capabilities: [gpu]
    ```
    ```yaml good
    # host: h200-x2
    services:
      train:
        image: pytorch/pytorch:2.9.1-cuda12.8-cudnn9-runtime
        shm_size: 8gb
        deploy:
          resources:
            reservations:
              devices:
                - driver: nvidia
                  device_ids: ["1"]
                  capabilities: [gpu]
    ```
    """
    host = context.snapshot()
    unresolved = context.allocation.unresolved if host.gpus else ()
    free = free_gpus(context.allocation) if unresolved else ()
    for claim, identifier in unresolved:
        text = identifier.text.strip()
        if _is_plain_name(text) and host.lacks(text):
            known = gpu_words(gpu.index for gpu in host.gpus or ())
            nearest = _nearest(text, host)
            hint = f"did you mean `{nearest}`?" if nearest else "name one that it has, or choose the host that has it"
            if nearest is None and not text.isdigit():
                hint = "is this the UUID of another host? Compare it with `nvidia-smi -L`"
            yield Finding(
                identifier.span,
                f"this container will not start: {host_label(host)} has no GPU `{text}`, only {known}",
                hint,
                _fix(claim, identifier, nearest or _name(text, free), document),
            )


def _is_plain_name(text: str) -> bool:
    """One name: neither a list in one string nor a MIG name, which other rules look at."""
    return bool(text) and not set(text) & set(", ") and ":" not in text and not text.upper().startswith("MIG-")


def _nearest(text: str, host: HostSnapshot) -> str | None:
    return None if text.isdigit() else closest(text, [gpu.uuid for gpu in host.gpus or () if gpu.uuid], 0.85)


def _name(text: str, free: tuple[Gpu, ...]) -> str | None:
    """A free GPU, named as `text` names one."""
    if not free:
        return None
    return str(free[0].index) if text.isdigit() or free[0].uuid is None else free[0].uuid


def _fix(claim: GpuClaim, identifier: Identifier, name: str | None, document: Document) -> Fix | None:
    written = document.source.slice(identifier.span)
    is_long_form = claim.mapping is not None and not isinstance(claim.mapping.node, Scalar)
    if claim.variable is not None or is_long_form or name is None or "$" in written:
        return None
    prefix = CDI_GPU if CDI_GPU in written else ""
    edits = partial(editing.set_value, document, document.path_at(identifier.span.start), prefix + name, in_place=True)
    return Fix(f"use GPU `{name}`", edits, safe=False)
