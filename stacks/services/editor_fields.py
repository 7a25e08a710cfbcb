"""The single fields of a service's form: which keys they stand for, what they accept, and how they are written."""

import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.compose.images import parse_image
from stacks.compose.nodes import Path, Scalar, Sequence
from stacks.compose.sizes import parse_bytes
from stacks.compose.values import Invalid
from stacks.services.editor_bench import Bench, EditRefused

RESTARTS = ("no", "always", "unless-stopped", "on-failure")
_ON_FAILURE = re.compile(r"on-failure:[0-9]{1,9}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class FieldKind:
    """A field of the form. `paths` are the places below a service that it may stand at; a new value goes to the first.

    `default` says in grey what holds where the document is silent; `check` gives the reason to refuse a value, or None.
    """

    key: str
    label: str
    paths: tuple[Path, ...]
    default: str
    check: Callable[[str], str | None]
    help: str = ""
    choices: tuple[str, ...] = ()


def _image(value: str) -> str | None:
    found = parse_image(value)
    return found.reason if isinstance(found, Invalid) else None


def _size(value: str) -> str | None:
    found = parse_bytes(value)
    return found.reason if isinstance(found, Invalid) else None


def _command(value: str) -> str | None:
    try:
        shlex.split(value)
    except ValueError as error:
        return f"the shell cannot split this: {str(error).lower()}"
    return None


def _restart(value: str) -> str | None:
    if value in RESTARTS or _ON_FAILURE.fullmatch(value):
        return None
    return f"`{value}` is no restart policy: choose {', '.join(RESTARTS[:-1])} or {RESTARTS[-1]}"


FIELDS = (
    FieldKind("image", "Image", (("image",),), "none", _image),
    FieldKind("command", "Command", (("command",),), "what the image runs", _command),
    FieldKind(
        "memory",
        "Memory limit",
        (("mem_limit",), ("deploy", "resources", "limits", "memory")),
        "no limit",
        _size,
        "Main memory, such as 16g.",
    ),
    FieldKind(
        "shm_size",
        "Shared memory",
        (("shm_size",),),
        "64m",
        _size,
        "Shared by the processes of the container, such as 8g.",
    ),
    FieldKind("restart", "Restart", (("restart",),), "no", _restart, choices=RESTARTS),
)
FIELD_BY_KEY = {kind.key: kind for kind in FIELDS}


def place_in(service: Service, kind: FieldKind) -> Path | None:
    """Where the field stands in this service; None where the document does not have it."""
    return next((path for path in kind.paths if service.find(*path) is not None), None)


def written(service: Service, kind: FieldKind) -> str:
    """The field's text as written, variables and all; a list of words as a shell would take them."""
    place = place_in(service, kind)
    node = None if place is None else service.find(*place)
    if isinstance(node, Scalar):
        return "" if node.value is None else node.text.rstrip("\n")
    if isinstance(node, Sequence):
        return shlex.join(item.text for item in node.scalars)
    return ""


def refuse_controls(value: str) -> None:
    """Refuse what no text file may hold."""
    if found := _CONTROL.search(value):
        raise EditRefused(f"the control character U+{ord(found[0]):04X} may not stand here: remove it")


def set_field(bench: Bench, name: str, kind: FieldKind, value: str) -> None:
    """Give a field of a service another value; an empty one takes it out of the document."""
    service = bench.service(name)
    value = value.replace("\r\n", "\n").strip()
    if value == written(service, kind):
        return
    refuse_controls(value)
    if value and "$" not in value and (reason := kind.check(value)):
        raise EditRefused(reason)
    place = place_in(service, kind)
    if not value:
        if place is not None:
            bench.change(editing.delete(bench.document, (*service.path, *place), prune=True))
        return
    path = (*service.path, *(place or kind.paths[0]))
    node = None if place is None else service.find(*place)
    if isinstance(node, Sequence):
        _set_words(bench, path, node, shlex.split(value))
    else:
        bench.change(editing.set_value(bench.document, path, value))


def _set_words(bench: Bench, path: Path, node: Sequence, words: list[str]) -> None:
    """Write a list of words; where only some are others, the rest keeps its quotes and its comments."""
    before = [item.text for item in node.scalars]
    if len(before) != len(words) or len(before) != len(node.items):
        bench.change(editing.set_value(bench.document, path, list(words)))
        return
    for index, word in enumerate(words):
        if word != before[index]:
            bench.change(editing.set_value(bench.document, (*path, index), word))
