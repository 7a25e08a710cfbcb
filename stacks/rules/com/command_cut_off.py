from collections.abc import Iterator

from stacks.compose.commands import split_command
from stacks.compose.document import Service
from stacks.compose.nodes import Scalar
from stacks.compose.values import Invalid, quote
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "COM056",
    title="A command of one text ends at a shell sign",
    layer=Layer.PRACTICE,
    severity=Severity.WARNING,
    on=Service,
    keys=("command", "entrypoint"),
    url="https://github.com/mattn/go-shellwords",
)
def command_cut_off(service: Service, context: Context) -> Iterator[Finding]:
    """No shell reads `command` and `entrypoint`: Docker Compose cuts the text into words itself, and stops at the
    first `;`, `&`, `|`, `<` or `>` outside quotes. What follows is dropped without a word, so that of `pip
    install x && python train.py` only the first half runs.

    Call a shell yourself: `sh -c "pip install x && python train.py"`.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch
        command: pip install wandb && python train.py
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch
        command: sh -c "pip install wandb && python train.py"
    ```
    """
    for key in ("command", "entrypoint"):
        entry = service.get(key)
        if entry is not None and isinstance(entry.value, Scalar) and isinstance(entry.value.value, str):
            words = split_command(entry.value.string)
            if not isinstance(words, Invalid) and words.dropped:
                message = f"the container runs only what stands before {quote(words.dropped.strip())}: the rest is lost"
                yield Finding(entry.value_span, message, "Put the command into quotes after `sh -c`.")
