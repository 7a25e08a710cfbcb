from collections.abc import Iterator

from stacks.arguments import Word, command_words
from stacks.compose.document import Service
from stacks.compose.gpu_requests import asks_for_gpus
from stacks.compose.values import quote
from stacks.facts.cuda_visible_devices import HIDING_WORDS, read_cuda_visible_devices
from stacks.gpu_use import requests_gpu
from stacks.patterns import lazy_pattern
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule

_ASSIGNMENT = lazy_pattern(r"[\"']?CUDA_VISIBLE_DEVICES=([^;&|]*)")


@rule(
    "ENV111",
    title="A command sets CUDA_VISIBLE_DEVICES to what CUDA does not read as meant",
    layer=Layer.GPU,
    severity=Severity.ERROR,
    on=Service,
    keys=("command", "entrypoint"),
    url="https://docs.nvidia.com/cuda/cuda-c-programming-guide/#cuda-environment-variables",
)
def cuda_visible_devices_in_command(service: Service, context: Context) -> Iterator[Finding]:
    """`CUDA_VISIBLE_DEVICES=…` in front of a command, or after `export`, has the rules of the variable in
    `environment`: `all` is no device, a GPU that is named twice leaves none at all, and of `0-3` CUDA reads the `0`
    (all measured). A program that is to see every GPU of its container needs no such variable.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        shm_size: 8gb
        command: bash -c "CUDA_VISIBLE_DEVICES=all python train.py"
        gpus: all
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        shm_size: 8gb
        command: python train.py
        gpus: all
    ```
    """
    words = command_words(service)
    if not any("CUDA_VISIBLE_DEVICES=" in word.text for word in words):
        return
    if not (requests_gpu(service) or asks_for_gpus(service)):
        return
    for word in words:
        message = _fault(word)
        if message is not None:
            yield Finding(word.span, message, "Name each GPU once, with commas between, or leave the variable out.")


def _fault(word: Word) -> str | None:
    """What CUDA makes of the assignment, where that is not what it looks like."""
    match = _ASSIGNMENT.match(word.text)
    value = match[1].strip("\"'\\ ") if match is not None else ""
    if not value or value in HIDING_WORDS or value.startswith("-") or any(sign in value for sign in "$`{}"):
        return None
    read = read_cuda_visible_devices(value)
    if read.duplicate is not None:
        return (
            f"this program will see no GPU: CUDA refuses {quote(value)}, which names {quote(str(read.duplicate))} twice"
        )
    if not read.devices and read.cut_at:
        return f"this program will see no GPU: CUDA has no device {quote(read.cut_at)}"
    if read.partly_read is not None:
        return f"this program will see only GPU {quote(str(read.devices[-1]))} of {quote(read.partly_read)}"
    return None
