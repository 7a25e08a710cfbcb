from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.compose.nodes import Scalar, Sequence
from stacks.compose.values import quote
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule

_SIGNS = frozenset({"&&", "||", "|", ">", ">>", "2>&1"})


@rule(
    "COM082",
    title="A command in list form has a shell sign as a word",
    layer=Layer.PRACTICE,
    severity=Severity.WARNING,
    on=Service,
    keys=("command", "entrypoint"),
    url="https://docs.docker.com/reference/compose-file/services/#command",
)
def shell_sign_in_list(service: Service, context: Context) -> Iterator[Finding]:
    """No shell reads `command` and `entrypoint`. In list form each item is one word for the program: `&&`, `||`, `|`
    and `>` reach it as arguments like any other. Of `[pip, install, x, "&&", python, train.py]` pip gets all the words,
    and the second half never runs.

    Call a shell, and give it the whole command as one word.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.9.1-cuda12.8-cudnn9-runtime
        command: ["pip", "install", "wandb", "&&", "python", "train.py"]
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch:2.9.1-cuda12.8-cudnn9-runtime
        command: ["sh", "-c", "pip install wandb && python train.py"]
    ```
    """
    for key in ("entrypoint", "command"):
        node = service.node.value(key)
        if not isinstance(node, Sequence):
            continue
        for index, item in enumerate(node.items):
            if index and isinstance(item, Scalar) and item.string in _SIGNS:
                yield Finding(
                    node.item_span(index),
                    f"the program will get {quote(item.string)} as an argument: no shell reads a list",
                    'Write `["sh", "-c", "…"]` with the whole command as one word.',
                )
                break
