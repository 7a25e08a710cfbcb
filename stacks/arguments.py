"""The words of a service's entrypoint and command, and the options among them, each with its place.

Words are taken apart at blanks, inside quoted texts too: what `sh -c` gets is read as the command that it holds.
"""

from collections.abc import Iterator
from typing import NamedTuple

from stacks.compose.document import Service
from stacks.compose.nodes import Node, Scalar, Sequence
from stacks.compose.once import once
from stacks.compose.source import SourceText, Span


class Word(NamedTuple):
    """One word as the program gets it; its place is that of the whole text where it is not written as such."""

    text: str
    span: Span


class Option(NamedTuple):
    """An option with its value, as `--name value` or `--name=value`; the value is empty where none follows."""

    name: Word
    value: Word


@once
def command_words(service: Service) -> tuple[Word, ...]:
    """The words of `entrypoint`, then those of `command`."""
    keys = service.node.effective
    if "command" not in keys and "entrypoint" not in keys:
        return ()
    source = service.document.source
    return tuple(word for key in ("entrypoint", "command") if key in keys for word in _words(keys[key].value, source))


def option(service: Service, *names: str) -> Option | None:
    """The option of any of these names that counts, the last one; `_` in a name reads as `-`."""
    words = command_words(service)
    for index in range(len(words) - 1, -1, -1):
        word = words[index]
        if not word.text.startswith("-"):
            continue
        name, equals, value = word.text.partition("=")
        if name.replace("_", "-") not in names:
            continue
        if equals:
            start = word.span.start + len(name) + 1
            exact = word.span.end - word.span.start == len(word.text)
            return Option(word, Word(value, Span(start, word.span.end) if exact else word.span))
        following = words[index + 1] if index + 1 < len(words) else None
        has_value = following is not None and not following.text.startswith("--")
        return Option(word, following if following is not None and has_value else Word("", word.span))
    return None


def _words(node: Node, source: SourceText) -> Iterator[Word]:
    if isinstance(node, Sequence):
        for item in node.scalars:
            yield from _words(item, source)
    elif isinstance(node, Scalar) and node.value is not None:
        text = node.string
        if node.style is None and not any(character.isspace() for character in text):
            yield Word(text, node.span)
        else:
            yield from _split(node, source)


def _split(node: Scalar, source: SourceText) -> Iterator[Word]:
    written = source.text[node.start : node.end]
    position = 0
    for part in node.string.split():
        word = part.strip("\"'")
        if word in ("", "\\"):
            continue
        found = written.find(word, position)
        if found < 0:
            yield Word(word, node.span)
        else:
            position = found + len(word)
            yield Word(word, Span(node.start + found, node.start + position))
