from collections.abc import Iterator
from functools import partial

from stacks.allocation import service_claims
from stacks.compose import editing
from stacks.compose.document import Service
from stacks.compose.sizes import format_bytes, parse_bytes
from stacks.facts.images import image_facts
from stacks.facts.memory import default_shm
from stacks.gpu_variables import gpus_given
from stacks.memory import SHM, host_ipc, memory_size
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule

_FOR_SEVERAL = 1024**3  # what NVIDIA's and Hugging Face's documentation gives to containers with several GPUs


@rule(
    "MEM206",
    title="The shared memory is still too small",
    layer=Layer.PRACTICE,
    severity=Severity.WARNING,
    on=Service,
    keys=("shm_size",),
    url="https://docs.nvidia.com/deeplearning/nccl/user-guide/docs/troubleshooting.html",
)
def shm_size_too_small(service: Service, context: Context) -> Iterator[Finding]:
    """`shm_size` is given, and gives little: no more than Docker's own 64 MiB to an image that is known to need more,
    or less than 1 GiB to a container with several GPUs, between which NCCL passes data through it.

    Shared memory costs nothing until it is used: give it some GiB.

    ```yaml bad
    services:
      serve:
        image: ghcr.io/huggingface/text-generation-inference:3.3.4
        shm_size: 64mb
        gpus: [{count: 1}]
    ```
    ```yaml good
    services:
      serve:
        image: ghcr.io/huggingface/text-generation-inference:3.3.4
        shm_size: 1gb
        gpus: [{count: 1}]
    ```
    """
    if SHM not in service.node.effective or host_ipc(service) is not None:
        return
    given = memory_size(service, (SHM,))
    if given is None or given.is_bare or not 0 < given.size < _FOR_SEVERAL:
        return
    known = image_facts(service.image.string).known if service.image is not None else None
    wanted = known.shm if known is not None and known.shm_is_verified else None
    several = max((gpus_given(claim, context.host) or 0 for claim in service_claims(service)), default=0) > 1
    if not several and (wanted is None or given.size > default_shm()):
        return
    size = wanted if wanted is not None and (parse_bytes(wanted) or 0) != 0 else "1gb"
    why = "NCCL passes data between its GPUs through it" if several else "Docker gives as much without being asked"
    edits = partial(editing.set_value, service.document, (*service.path, SHM), size, in_place=True)
    yield Finding(
        given.node.span,
        f"the work may stop with a bus error: {format_bytes(given.size)} of shared memory is little, and {why}",
        f"Set `shm_size: {size}`.",
        Fix(f"set `shm_size: {size}`", edits) if given.node.interpolated is None else None,
    )
