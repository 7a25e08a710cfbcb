from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.compose.health_checks import health_check
from stacks.compose.nodes import Scalar
from stacks.compose.values import quote
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.fixes import fix_at
from stacks.rules.registry import rule

_SIGNS = frozenset({"||", "&&", "|", ";", ">", "2>&1", ">/dev/null"})
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=@%+,")


@rule(
    "LIF105",
    title="A health check in the form CMD is written for a shell",
    layer=Layer.PRACTICE,
    severity=Severity.WARNING,
    on=Service,
    keys=("healthcheck",),
    url="https://docs.docker.com/reference/compose-file/services/#healthcheck",
)
def health_check_without_shell(service: Service, context: Context) -> Iterator[Finding]:
    """After `CMD` each item of the list is one word, and no shell reads them. A whole command as one item is taken for
    the name of a program: `exec: "curl -f http://…": no such file`. Signs such as `||` reach the program as arguments:
    curl takes `||`, `exit` and `1` for three more addresses, and fails. The container is unhealthy for ever.

    Write `CMD-SHELL` and the command as one text.

    ```yaml bad
    services:
      vllm:
        image: vllm/vllm-openai:v0.11.0
        shm_size: 8gb
        healthcheck:
          test: ["CMD", "curl -f http://localhost:8000/health || exit 1"]
          start_period: 10m
    ```
    ```yaml good
    services:
      vllm:
        image: vllm/vllm-openai:v0.11.0
        shm_size: 8gb
        healthcheck:
          test: ["CMD-SHELL", "curl -f http://localhost:8000/health || exit 1"]
          start_period: 10m
    ```
    """
    check = health_check(service) if service.get("healthcheck") is not None else None
    if check is None or not check.words:
        return
    first = check.words[0]
    sign = next((word for word in check.words[1:] if word.string in _SIGNS), None)
    if len(check.words) == 1 and " " in first.string.strip():
        program = first.string.split()[0]
        message = f"this container will never be healthy: {quote(first.string)} is no program, but `{program}` may be"
        place, command = first.span, first.text
    elif sign is not None:
        message = f"this check will not do what it says: no shell reads `{sign.string}`, `{first.string}` gets it"
        place, command = sign.span, _joined(check.words)
    else:
        return
    path = (*service.path, "healthcheck", "test")
    edits = partial(editing.set_value, context.document, path, ["CMD-SHELL", command])
    fix = fix_at(context.document, path, "call a shell: `CMD-SHELL`", edits)
    yield Finding(place, message, "Write `CMD-SHELL` and the command as one text.", fix if command else None)


def _joined(words: tuple[Scalar, ...]) -> str:
    """The words as a shell reads them; empty where one would need care in quoting."""
    for word in words:
        if word.string not in _SIGNS and not (word.text and _PLAIN.issuperset(word.text)):
            return ""
    return " ".join(word.text for word in words)
