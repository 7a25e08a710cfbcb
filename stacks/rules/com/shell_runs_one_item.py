from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from stacks.compose import editing
from stacks.compose.commands import split_command
from stacks.compose.document import Service
from stacks.compose.nodes import Scalar, Sequence
from stacks.compose.source import Span
from stacks.compose.values import Invalid, quote
from stacks.patterns import lazy_pattern
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.fixes import fix_at
from stacks.rules.registry import rule

_SHELLS = ("sh", "bash", "dash", "ash", "zsh")
_FLAG = lazy_pattern(r"-[a-z]*c")
_NAMES_ONLY = (["--"], ["-"], ["_"], ["sh"], ["bash"])  # the shell's own name, which is its argument 0


class _Argument(NamedTuple):
    text: str
    span: Span
    key: str


@rule(
    "COM083",
    title="A shell runs the first item only",
    layer=Layer.PRACTICE,
    severity=Severity.WARNING,
    on=Service,
    keys=("command", "entrypoint"),
    url="https://docs.docker.com/reference/compose-file/services/#command",
)
def shell_runs_one_item(service: Service, context: Context) -> Iterator[Finding]:
    """`sh -c` runs one argument; those behind it are not part of the command. `entrypoint: ["sh", "-c"]` with `command:
    python train.py` is the usual case: Docker Compose cuts the command into words, and the shell runs `python` alone,
    which waits for input or ends at once.

    ```yaml bad
    services:
      train:
        image: python:3.12
        entrypoint: ["bash", "-c"]
        command: python train.py
    ```
    ```yaml good
    services:
      train:
        image: python:3.12
        entrypoint: ["bash", "-c"]
        command: ["python train.py"]
    ```
    """
    given = [argument for key in ("entrypoint", "command") for argument in _arguments(service, key)]
    if len(given) < 4 or given[0].text.rpartition("/")[2] not in _SHELLS or not _FLAG.fullmatch(given[1].text):
        return
    script = given[2].text
    if "$" in script or script.endswith("\n"):
        return  # it may read the others
    if [each.text for each in given[3:]] in _NAMES_ONLY:
        return
    yield Finding(
        given[3].span,
        f"the shell runs only {quote(script)}: what stands behind it is no part of the command",
        "Write the whole command as one item.",
        _fix(service, given),
    )


def _arguments(service: Service, key: str) -> Iterator[_Argument]:
    node = service.node.value(key)
    if isinstance(node, Sequence):
        for index, item in enumerate(node.items):
            if isinstance(item, Scalar):
                yield _Argument(item.string, node.item_span(index), key)
    elif isinstance(node, Scalar) and isinstance(node.value, str):
        words = split_command(node.string)
        if not isinstance(words, Invalid):
            yield from (_Argument(word, node.span, key) for word in words.words)


def _fix(service: Service, given: list[_Argument]) -> Fix | None:
    key = given[2].key
    path, node = (*service.path, key), service.node.value(key)
    texts = list(node.scalars) if isinstance(node, Sequence) else [node]
    if {each.key for each in given[2:]} != {key} or any(" " in each.text for each in given[2:]):
        return None
    if any(not isinstance(each, Scalar) or each.interpolated is not None for each in texts):
        return None
    whole = [*(each.text for each in given[:2] if each.key == key), " ".join(each.text for each in given[2:])]
    edits = partial(editing.set_value, service.document, path, whole)
    return fix_at(service.document, path, "write the command as one item", edits, safe=False)
