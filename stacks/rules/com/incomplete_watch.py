from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.compose.nodes import Mapping, Scalar
from stacks.compose.references import is_enabled
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "COM067",
    title="A watched path lacks its path or its target",
    layer=Layer.COMPOSE,
    severity=Severity.ERROR,
    on=Service,
    keys=("develop",),
    url="https://github.com/compose-spec/compose-go/blob/v2.9.1/loader/validate.go",
)
def incomplete_watch(service: Service, context: Context) -> Iterator[Finding]:
    """Each item of `develop.watch` names a path, and what syncs files names a target in the container too. Docker
    Compose refuses the file where the path is empty, or where the action is neither `rebuild` nor `restart` and
    there is no `target`.

    Add the target.

    ```yaml bad
    services:
      train:
        build: .
        develop:
          watch:
            - path: ./src
              action: sync
    ```
    ```yaml good
    services:
      train:
        build: .
        develop:
          watch:
            - path: ./src
              action: sync
              target: /src
    ```
    """
    watch = service.sequence("develop", "watch") if service.get("develop") is not None else None
    for item in watch.items if watch is not None else ():
        if not isinstance(item, Mapping):
            continue
        action, path, target = item.get("action"), item.scalar("path"), item.scalar("target")
        if path is not None and path.string == "":
            yield Finding(
                path.span, "Docker Compose will refuse this file: the watched path is empty", "Name a folder or file."
            )
        word = action.value.string if action is not None and isinstance(action.value, Scalar) else ""
        if action is not None and word not in ("rebuild", "restart") and (target is None or not target.string):
            message = f"Docker Compose will refuse this file: `{word}` needs a `target` in the container"
            severity = None if is_enabled(service) else Severity.WARNING
            yield Finding(action.value_span, message, "Add `target:`.", severity=severity)
