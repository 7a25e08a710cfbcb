from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.compose.nodes import Mapping, Node, Path, Scalar, Sequence
from stacks.compose.source import Span
from stacks.compose.values import Invalid, quote
from stacks.compose.volumes import parse_volume
from stacks.patterns import lazy_pattern
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.fixes import fix_at
from stacks.rules.registry import rule

_WINDOWS = lazy_pattern(r"[A-Za-z]:[\\/]|\\\\")  # of Windows containers, which have drives and pipes


@rule(
    "LIF305",
    title="A path in the container is not absolute",
    layer=Layer.GPU,
    severity=Severity.ERROR,
    on=Service,
    keys=("tmpfs", "volumes", "working_dir"),
    url="https://github.com/moby/moby/blob/v28.5.2/daemon/volume/mounts/linux_parser.go",
)
def path_not_absolute(service: Service, context: Context) -> Iterator[Finding]:
    """The place of a mount in the container begins with `/`, and so does `working_dir`. Nobody expands `~` there.
    Docker Compose passes on any other path, and the engine refuses to create the container: `invalid mount path:
    'root/.ollama' mount path must be absolute` (seen with Engine 28). Often it is the colon between the two paths that
    is missing: the whole item is then taken for the place in the container.

    ```yaml bad
    services:
      ollama:
        image: ollama/ollama:0.13.5
        volumes:
          - ./models:root/.ollama
    ```
    ```yaml good
    services:
      ollama:
        image: ollama/ollama:0.13.5
        volumes:
          - ./models:/root/.ollama
    ```
    """
    for path, target, span, written in _targets(service):
        if not target.strip(":") or target.startswith("/") or _WINDOWS.match(target):
            continue  # of unset variables a colon may be all that is left
        alone = written == target and path[-1] != "target"
        what = "working directory" if path[-1] == "working_dir" else "mount"
        yield Finding(
            span,
            f"the engine will refuse this container: the {what} at {quote(target)} does not begin with `/`",
            "Write `SOURCE:/TARGET`." if alone and what == "mount" else "Write the path from `/` on.",
            None if alone and what == "mount" else _fix(service, path, written, target),
        )


def _targets(service: Service) -> Iterator[tuple[Path, str, Span, str]]:
    """The paths in the container: where each is written, what it is, its place, and the whole text that it is of."""
    volumes = service.sequence("volumes")
    for index, item in enumerate(volumes.items) if volumes is not None else ():
        path = (*service.path, "volumes", index)
        mount = parse_volume(item.string) if isinstance(item, Scalar) and isinstance(item.value, str) else None
        target = item.scalar("target") if isinstance(item, Mapping) else None
        if mount is not None and not isinstance(mount, Invalid):
            yield path, mount.target, item.span, str(item.string if isinstance(item, Scalar) else "")
        elif target is not None:
            yield (*path, "target"), target.string, target.span, target.string
    for key in ("tmpfs", "working_dir"):
        node: Node | None = service.node.value(key)
        texts = node.scalars if isinstance(node, Sequence) else (node,)
        for text in texts:
            if isinstance(text, Scalar) and isinstance(text.value, str):
                target_text = text.string.partition(":")[0] if key == "tmpfs" else text.string
                yield (*service.path, key), target_text, text.span, text.string


def _fix(service: Service, path: Path, written: str, target: str) -> Fix | None:
    if path[-1] == "tmpfs" or "$" in written or target.startswith("~") or not written.isprintable():
        return None
    start = written.index(target, written.index(":") + 1 if isinstance(path[-1], int) else 0)
    new = f"{written[:start]}/{target.removeprefix('./')}{written[start + len(target) :]}"
    edits = partial(editing.set_value, service.document, path, new)
    return fix_at(service.document, path, f"write {quote(new)}", edits, safe=False)
