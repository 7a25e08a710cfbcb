"""Adding, renaming, duplicating and removing services, with everything in the document that names them."""

import re
from collections.abc import Callable, Iterator

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.compose.gpu_requests import as_written
from stacks.compose.images import parse_image
from stacks.compose.nodes import Mapping, Path, Scalar, Sequence
from stacks.compose.source import Span, TextEdit
from stacks.compose.values import Invalid
from stacks.services.blank import blank_document
from stacks.services.editor_bench import Bench, EditRefused

_NAME = re.compile(r"[a-zA-Z0-9._-]+")
_LONGEST_NAME = 63  # of a host name, which a service's name is on its network
_BY_SERVICE = ("network_mode", "ipc", "pid")


def service_add(bench: Bench, name: str, image: str) -> None:
    """Add a service of that name and image; to a blank text too."""
    name, image = name.strip(), image.strip()
    _check_name(bench, name, "new-name")
    if not image:
        raise EditRefused("type the image that the service runs, such as `python:3.12-slim`", "new-image")
    found = None if "$" in image else parse_image(image)
    if isinstance(found, Invalid):
        raise EditRefused(found.reason, "new-image")
    if bench.is_blank:
        bench.replace(
            bench.text + ("\n" if bench.text.strip() else "") + blank_document(service=name, image=image, gpus=0)
        )
    else:
        bench.change(editing.set_value(bench.document, ("services", name), {"image": image}))
    bench.told.append(f"Added {name}.")


def service_rename(bench: Bench, old: str, new: str) -> None:
    """Rename a service, also where other services name it."""
    new = new.strip()
    bench.service(old)
    if new == old:
        return
    _check_name(bench, new, f"rename@{old}")
    bench.change(editing.rename_key(bench.document, ("services", old), new))
    touched = []
    for service in bench.document.services:
        before = bench.text
        for reference in list(_references(service, old)):
            bench.change(reference(bench, new))
        if bench.text != before:
            touched.append(service.name)
    bench.told.append(f"Renamed {old} to {new}{_also('in', touched)}.")


def service_remove(bench: Bench, name: str) -> None:
    """Remove a service, and the `depends_on` and `links` of others that name it."""
    service = bench.service(name)
    only = len(bench.document.services) == 1
    bench.change(editing.delete(bench.document, service.path, prune=not only))
    touched = []
    for other in bench.document.services:
        before = bench.text
        _remove_dependency(bench, other.name, name)
        if bench.text != before:
            touched.append(other.name)
    bench.told.append(f"Removed {name}{_also('from depends_on of', touched)}.")


def service_duplicate(bench: Bench, name: str) -> str:
    """Add a copy of a service under a free name, which is returned; comments inside it are copied too."""
    service = bench.service(name)
    copy = next(each for number in range(2, 10_000) if bench.document.service(each := f"{name}-{number}") is None)
    bench.change(_copied(bench, service, copy))
    bench.told.append(f"Added {copy}, a copy of {name}.")
    return copy


def _copied(bench: Bench, service: Service, copy: str) -> tuple[TextEdit, ...]:
    """The text of the service once more below it; in flow style, and for aliases, its data."""
    document = bench.document
    services = document.root.value("services") if document.root else None
    entry = service.entry
    if not isinstance(services, Mapping) or services.flow or entry not in services.entries or entry.alias:
        return editing.set_value(document, ("services", copy), as_written(service.node))
    source = document.source
    last = source.position(max(entry.span.end - 1, entry.key.end)).line
    first = source.position(entry.key.start).line
    start, end = source.line_span(first).start, source.line_span(last).end
    body = source.text[entry.key.end : end]
    if any(mark in body for mark in (" &", "\t&")):  # an anchor may stand once only
        return editing.set_value(document, ("services", copy), as_written(service.node))
    line_end = "\r\n" if "\r\n" in source.text else "\n"
    return (TextEdit(Span(end, end), line_end + source.text[start : entry.key.start] + copy + body),)


def _check_name(bench: Bench, name: str, field_name: str) -> None:
    if not name:
        raise EditRefused("type a name for the service", field_name)
    if not _NAME.fullmatch(name):
        raise EditRefused("a service's name takes letters, digits, `.`, `_` and `-` only", field_name)
    if len(name) > _LONGEST_NAME:
        raise EditRefused(f"a service's name takes at most {_LONGEST_NAME} characters", field_name)
    if not bench.is_blank and bench.document.service(name) is not None:
        raise EditRefused(f"there is a service `{name}` already", field_name)


def _also(word: str, names: list[str]) -> str:
    return f", also {word} {', '.join(names)}" if names else ""


Change = Callable[[Bench, str], tuple[TextEdit, ...]]


def _references(service: Service, old: str) -> Iterator[Change]:
    """A change for each place in which a service names another, given that one's new name."""
    for key in ("depends_on", "links", "volumes_from"):
        node = service.find(key)
        if isinstance(node, Sequence):
            for index, item in enumerate(node.items):
                if isinstance(item, Scalar) and item.text.partition(":")[0] == old:
                    yield _setter((*service.path, key, index), item.text[len(old) :])
        elif isinstance(node, Mapping) and node.get(old) is not None:
            yield _renamer((*service.path, key, old))
    for key in _BY_SERVICE:
        scalar = service.scalar(key)
        if scalar is not None and scalar.text == f"service:{old}":
            yield _setter((*service.path, key), "", "service:")
    for path in (("extends",), ("extends", "service")):
        scalar = service.scalar(*path)
        if scalar is not None and scalar.text == old and service.find("extends", "file") is None:
            yield _setter((*service.path, *path), "")


def _setter(path: Path, after: str, before: str = "") -> Change:
    return lambda bench, new: editing.set_value(bench.document, path, f"{before}{new}{after}")


def _renamer(path: Path) -> Change:
    return lambda bench, new: editing.rename_key(bench.document, path, new)


def _remove_dependency(bench: Bench, name: str, gone: str) -> None:
    for key in ("depends_on", "links"):
        node = bench.service(name).find(key)
        path: Path = ("services", name, key)
        if isinstance(node, Mapping) and node.get(gone) is not None:
            bench.change(editing.delete(bench.document, (*path, gone), prune=True))
        elif isinstance(node, Sequence):
            for index, item in reversed(list(enumerate(node.items))):
                if isinstance(item, Scalar) and item.text.partition(":")[0] == gone:
                    bench.change(editing.delete(bench.document, (*path, index), prune=True))
