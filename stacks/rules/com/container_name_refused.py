from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.compose.values import quote
from stacks.patterns import lazy_pattern
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.fixes import fix_at
from stacks.rules.registry import rule

_NAME = lazy_pattern(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+")
_OTHER = lazy_pattern(r"[^a-zA-Z0-9_.-]+")


@rule(
    "COM085",
    title="The engine does not take the name of the container",
    layer=Layer.GPU,
    severity=Severity.ERROR,
    on=Service,
    keys=("container_name",),
    url="https://github.com/moby/moby/blob/v28.5.2/daemon/names/names.go",
)
def container_name_refused(service: Service, context: Context) -> Iterator[Finding]:
    """A container's name has letters, digits, `_`, `.` and `-`, and begins with a letter or digit. Docker Compose looks
    for such a name anywhere in the text, and passes on what the engine then refuses: `Invalid container name (my
    llm)` (seen with Compose 2.40 and Engine 28).

    ```yaml bad
    services:
      ollama:
        image: ollama/ollama:0.13.5
        container_name: my ollama
    ```
    ```yaml good
    services:
      ollama:
        image: ollama/ollama:0.13.5
        container_name: my-ollama
    ```
    """
    node = service.scalar("container_name")
    if node is None or not isinstance(node.value, str) or node.interpolated is not None:
        return
    text = node.string.removeprefix("/")
    if _NAME.fullmatch(text) or not _NAME.search(node.string):
        return
    meant = _OTHER.sub("-", text).strip("-._")
    path = (*service.path, "container_name")
    edits = partial(editing.set_value, service.document, path, meant)
    yield Finding(
        node.span,
        f"the engine will refuse this container: {quote(node.string)} is no name for one",
        "Write letters, digits, `_`, `.` and `-` only, a letter or digit first.",
        fix_at(service.document, path, f"write `{meant}`", edits, safe=False) if _NAME.fullmatch(meant) else None,
    )
