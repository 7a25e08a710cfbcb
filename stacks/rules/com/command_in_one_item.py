from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.commands import split_command
from stacks.compose.document import Service
from stacks.compose.nodes import Scalar
from stacks.compose.values import Invalid, quote
from stacks.model_servers import model_server
from stacks.patterns import lazy_pattern
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.fixes import fix_at
from stacks.rules.registry import rule

_PROGRAMS = lazy_pattern(
    r"(?:\S*/)?(?:python[\d.]*|pip[\d.]*|(?:ba|da|z)?sh|uvicorn|gunicorn|torchrun|accelerate|deepspeed|vllm|jupyter|"
    r"ollama|nvidia-smi|conda|mamba|uv|poetry|node|npm|streamlit|celery|sleep|tail|tritonserver)\s+\S"
)
_OPTION = lazy_pattern(r"--[a-z][\w-]*\s+\S")  # which servers written in Python refuse, and Redis takes


@rule(
    "COM084",
    title="A whole command stands in one item of a list",
    layer=Layer.PRACTICE,
    severity=Severity.WARNING,
    on=Service,
    keys=("command", "entrypoint"),
    url="https://docs.docker.com/reference/compose-file/services/#command",
)
def command_in_one_item(service: Service, context: Context) -> Iterator[Finding]:
    """In list form each item is one argument, blanks included. `["python train.py"]` is the name of one program, and
    the container does not start: `exec: "python train.py": executable file not found in $PATH`.

    Write each word as an item of its own, or the command as one text without brackets.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.9.1-cuda12.8-cudnn9-runtime
        shm_size: 8gb
        command: ["python train.py --epochs 3"]
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch:2.9.1-cuda12.8-cudnn9-runtime
        shm_size: 8gb
        command: ["python", "train.py", "--epochs", "3"]
    ```
    """
    for key in ("command", "entrypoint"):
        node = service.sequence(key)
        item = node.items[0] if node is not None and len(node.items) == 1 else None
        if node is None or not isinstance(item, Scalar) or not isinstance(item.value, str):
            continue
        text = item.string
        of_server = _OPTION.match(text) is not None and model_server(service) is not None
        if not (of_server or _PROGRAMS.match(text)) or "\n" in text or (key == "command" and _may_be_shell(service)):
            continue
        words = split_command(text)
        path = (*service.path, key)
        whole = [] if isinstance(words, Invalid) or words.dropped else list(words.words)
        edits = partial(editing.set_value, service.document, path, whole)
        yield Finding(
            node.item_span(0),
            f"this container may not start: {quote(text)} is one word to the engine, blanks included",
            "Write each word as an item, or the command without brackets.",
            fix_at(service.document, path, "write each word as an item", edits, safe=False)
            if whole and item.interpolated is None
            else None,
        )


def _may_be_shell(service: Service) -> bool:
    """Whether what is started reads the text as a command: `sh -c` of the service, or what it extends."""
    return service.get("entrypoint") is not None or service.get("extends") is not None
