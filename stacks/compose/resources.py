"""The networks, volumes, secrets, configs and models that services use, and those that the file defines."""

from collections.abc import Iterator
from typing import NamedTuple

from stacks.compose.document import Service
from stacks.compose.nodes import Mapping, Node, Scalar, Sequence
from stacks.compose.source import Span
from stacks.compose.values import Invalid
from stacks.compose.volumes import VolumeType, parse_volume


class UsedResource(NamedTuple):
    """A name that a service uses, where it is written, and what to do if there is none of that name.

    `near` is a name that is defined and spelt alike.
    """

    name: str
    span: Span
    hint: str = ""
    near: str | None = None


def can_be_declared(name: str) -> bool:
    """Whether a top-level section takes the name: the schema has a pattern for it."""
    return bool(name) and all(character.isascii() and (character.isalnum() or character in "._-") for character in name)


def used_resources(service: Service, section: str) -> Iterator[UsedResource]:
    """What a service uses of a top-level section, its own references only."""
    match section:
        case "networks" | "models":
            yield from _names(service.node.value(section))
        case "volumes":
            yield from _volumes(service.node.value("volumes"))
        case "secrets":
            yield from _sources(service.node.value("secrets"))
            yield from _sources(service.find("build", "secrets"))
        case _:
            yield from _sources(service.node.value(section))


def undefined_resources(service: Service, section: str) -> Iterator[UsedResource]:
    """What a service uses of a top-level section that has none of that name, with a hint."""
    if service.get(section) is None and (section != "secrets" or service.get("build") is None):
        return
    defined = service.document.section(section)
    for used in used_resources(service, section):
        if used.name not in defined and not (section == "networks" and used.name == "default"):
            near = _near(used.name, tuple(defined))
            yield used._replace(hint=_hint(used.name, section, near), near=near)


def _near(name: str, defined: tuple[str, ...]) -> str | None:
    from stacks.compose.schema_suggestions import closest

    return closest(name, defined)[0]


def _hint(name: str, section: str, near: str | None) -> str:
    if near is not None:
        return f"Did you mean `{near}`?"
    also = f", or write `./{name}` for a folder beside the file" if section == "volumes" else ""
    return f"Define it under the top-level `{section}:`{also}."


def _names(node: Node | None) -> Iterator[UsedResource]:
    if isinstance(node, Sequence):
        for index, item in enumerate(node.items):
            if isinstance(item, Scalar):
                yield UsedResource(item.string, node.item_span(index))
    elif isinstance(node, Mapping):
        for name, entry in node.effective.items():
            yield UsedResource(name, entry.key.span)


def _sources(node: Node | None) -> Iterator[UsedResource]:
    if isinstance(node, Sequence):
        for index, item in enumerate(node.items):
            if isinstance(item, Scalar):
                yield UsedResource(item.string, node.item_span(index))
            elif isinstance(item, Mapping):
                source = item.get("source")
                name = source.value.string if source and isinstance(source.value, Scalar) else ""
                yield UsedResource(name, source.value_span if source else node.item_span(index))


def _volumes(node: Node | None) -> Iterator[UsedResource]:
    if not isinstance(node, Sequence):
        return
    for index, item in enumerate(node.items):
        if isinstance(item, Scalar):
            mount = parse_volume(item.string)
            if not isinstance(mount, Invalid) and mount.type is VolumeType.VOLUME and mount.source is not None:
                yield UsedResource(mount.source, node.item_span(index))
        elif isinstance(item, Mapping):
            kind, source = item.scalar("type"), item.get("source")
            name = source.value.string if source is not None and isinstance(source.value, Scalar) else ""
            if source is not None and name and kind is not None and kind.string == "volume":
                yield UsedResource(name, source.value_span)
