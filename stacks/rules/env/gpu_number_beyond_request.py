from collections.abc import Iterator

from stacks.allocation import effective_claims
from stacks.arguments import command_words
from stacks.compose.document import Service
from stacks.compose.source import Span
from stacks.compose.values import quote
from stacks.facts.cuda_visible_devices import read_cuda_visible_devices
from stacks.gpu_use import sees_all_gpus
from stacks.gpu_variables import gpus_given
from stacks.patterns import lazy_pattern
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Related, Severity
from stacks.rules.registry import rule

_DEVICE = lazy_pattern(r"(?:--?[\w-]+=|[A-Za-z_]+=)?cuda:([0-9]{1,3})")
_ASSIGNMENT = lazy_pattern(r"CUDA_VISIBLE_DEVICES=([^;&|]*)")


@rule(
    "ENV109",
    title="A program is told a GPU number that its container does not have",
    layer=Layer.GPU,
    severity=Severity.ERROR,
    on=Service,
    keys=("command", "entrypoint", "environment"),
    url="https://github.com/NVIDIA/nvidia-container-toolkit/issues/73",
)
def gpu_number_beyond_request(service: Service, context: Context) -> Iterator[Finding]:
    """Inside a container the GPUs are numbered anew from 0, whatever they are on the host. A service with
    `device_ids: ["1"]` has that GPU as `cuda:0`; a program that is told `cuda:1`, in its command or by a variable,
    stops with `invalid device ordinal`, and `CUDA_VISIBLE_DEVICES=1` before a command leaves it no GPU.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        shm_size: 8gb
        command: python train.py --device cuda:1
        gpus:
          - device_ids: ["1"]
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        shm_size: 8gb
        command: python train.py --device cuda:0
        gpus:
          - device_ids: ["1"]
    ```
    """
    claims = effective_claims(service)
    count = gpus_given(claims[0], context.host) if len(claims) == 1 else None
    if count is None or sees_all_gpus(service):
        return
    for text, span in _texts(service):
        wanted = _beyond(text, count)
        if wanted is not None:
            have = "1 GPU" if count == 1 else f"{count} GPUs"
            yield Finding(
                span,
                f"this program will not find its GPU: {quote(text)} names number {wanted}, and the container has"
                f" {have}, numbered from 0",
                "Number the GPUs from 0, as they are inside the container.",
                related=(Related(claims[0].span, "the GPUs are asked for here"),),
            )


def _beyond(text: str, count: int) -> int | None:
    """The first number in the text that is none of the container's; None where all are, or where it has none."""
    device = _DEVICE.fullmatch(text)
    if device is not None:
        return int(device[1]) if int(device[1]) >= count else None
    assignment = _ASSIGNMENT.match(text)
    devices = read_cuda_visible_devices(assignment[1].strip("'\"")).devices if assignment is not None else ()
    return next((each for each in devices if isinstance(each, int) and each >= count), None)


def _texts(service: Service) -> Iterator[tuple[str, Span]]:
    for word in command_words(service):
        yield word.text, word.span
    for variable in service.environment:
        if variable.value and variable.value.startswith("cuda:"):
            yield variable.value, variable.value_span
