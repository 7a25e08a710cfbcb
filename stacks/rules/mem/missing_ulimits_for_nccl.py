from collections.abc import Iterable, Iterator

from stacks.allocation import service_claims
from stacks.compose import editing
from stacks.compose.document import Service
from stacks.compose.source import TextEdit
from stacks.facts.images import image_facts
from stacks.gpu_variables import gpus_given
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule

_LIMITS = {"memlock": -1, "stack": 67108864}


@rule(
    "MEM207",
    title="NVIDIA's image runs on several GPUs without the limits that it asks for",
    layer=Layer.PRACTICE,
    severity=Severity.INFO,
    on=Service,
    url="https://docs.nvidia.com/deeplearning/frameworks/user-guide/index.html",
)
def missing_ulimits_for_nccl(service: Service, context: Context) -> Iterator[Finding]:
    """NVIDIA's images say at their start with which limits they want to run: memory that may be locked without bound,
    and 64 MiB of stack. Locked memory is what NCCL needs for transfers by RDMA and GPUDirect, the stack what programs
    with many threads need. With Docker's limits such transfers fail, or fall back to slower ways.

    Set `ulimits: {memlock: -1, stack: 67108864}`.

    ```yaml bad
    services:
      train:
        image: nvcr.io/nvidia/pytorch:25.10-py3
        shm_size: 8gb
        gpus: [{count: 4}]
    ```
    ```yaml good
    services:
      train:
        image: nvcr.io/nvidia/pytorch:25.10-py3
        shm_size: 8gb
        ulimits:
          memlock: -1
          stack: 67108864
        gpus: [{count: 4}]
    ```
    """
    image = service.image
    known = image_facts(image.string).known if image is not None else None
    if image is None or known is None or not known.ulimits:
        return
    missing = [name for name in _LIMITS if service.find("ulimits", name) is None]
    several = max((gpus_given(claim, context.host) or 0 for claim in service_claims(service)), default=0) > 1
    if not missing or not several:
        return
    document, path = service.document, (*service.path, "ulimits")

    def edits() -> Iterable[TextEdit]:
        if "ulimits" not in service.node.effective:
            return editing.set_value(document, path, dict(_LIMITS))
        return [edit for name in missing for edit in editing.set_value(document, (*path, name), _LIMITS[name])]

    written = ", ".join(f"{name}: {_LIMITS[name]}" for name in missing)
    yield Finding(
        image.span,
        f"transfers between GPUs may fail or be slow: {known.title} asks for `ulimits` that this service does not set",
        f"Set `ulimits: {{{written}}}`.",
        Fix(f"set `ulimits: {{{written}}}`", edits),
    )
