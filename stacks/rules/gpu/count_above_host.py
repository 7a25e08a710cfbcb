from collections.abc import Iterator
from functools import partial

from stacks.allocation import ClaimKind
from stacks.compose import editing
from stacks.compose.document import Document
from stacks.gpu_use import host_label
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import GPUS, rule


@rule(
    "GPU104",
    title="More GPUs are counted than the host has",
    layer=Layer.HOST,
    severity=Severity.ERROR,
    on=Document,
    needs=(GPUS,),
    url="https://github.com/moby/moby/blob/master/daemon/devices_nvidia_linux.go",
)
def count_above_host(document: Document, context: Context) -> Iterator[Finding]:
    """`count: N` is turned into the ids 0 to N-1. Where the host has fewer GPUs, the last of these ids name nothing,
    and the container does not start: `device error: unknown device`, or `unresolvable CDI devices`.

    Ask for no more than there are, or for `count: all`, which means however many the host has.

    ```yaml bad
    # host: h200-x2
    services:
      train:
        image: pytorch/pytorch:2.9.1-cuda12.8-cudnn9-runtime
        shm_size: 8gb
        gpus:
          - count: 4
    ```
    ```yaml good
    # host: h200-x2
    services:
      train:
        image: pytorch/pytorch:2.9.1-cuda12.8-cudnn9-runtime
        shm_size: 8gb
        gpus:
          - count: 2
    ```
    """
    host = context.snapshot()
    most = len(host.gpus or ())
    for claim in context.allocation.claims if most else ():
        request, count = claim.request, claim.count
        if claim.kind is not ClaimKind.COUNT or count <= most or request is None or request.count is None:
            continue
        edits = partial(editing.set_value, document, document.path_at(request.count.node.start), most, in_place=True)
        yield Finding(
            request.count.node.span,
            f"this container will not start: it counts {count} GPUs, and {host_label(host)} has {most}",
            f"Ask for at most {most}, or for `all`.",
            None if request.count.node.interpolated else Fix(f"set `count: {most}`", edits, safe=False),
        )
