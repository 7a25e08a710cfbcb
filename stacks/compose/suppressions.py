"""Comments that say: this is meant.

`# gpu-compose: ignore[DEV101] reason` covers its own line, or, standing alone, the next line that is not a comment.
`# gpu-compose: ignore-file[DEV101, MEM202] reason` covers the whole file. A reason may follow; codes are needed.
"""

import re
from typing import NamedTuple

from stacks.compose.nodes import Mapping, Scalar, Sequence
from stacks.compose.source import SourceText, Span
from stacks.patterns import lazy_pattern

_COMMENT = lazy_pattern(r"(?:(?<=\s)|^)#\s*gpu-compose:\s*ignore(-file)?\[([^\]\n]*)\]", re.MULTILINE)
_CODE = lazy_pattern(r"[A-Za-z]{3}\d{3}")


class Suppressions(NamedTuple):
    """Which codes are silenced on which lines (from 1), and in the whole file."""

    by_line: dict[int, frozenset[str]]
    in_file: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.by_line or self.in_file)

    def covers(self, code: str, line: int) -> bool:
        return code in self.in_file or code in self.by_line.get(line, ())


def read_suppressions(source: SourceText, root: Mapping | None, start: int = 0) -> Suppressions:
    """The suppression comments of a text; what looks like one inside a string is none.

    `start` is where the text begins in the space of places of its tree.
    """
    by_line: dict[int, frozenset[str]] = {}
    in_file: frozenset[str] = frozenset()
    if "gpu-compose:" not in source.text:
        return Suppressions(by_line, in_file)
    for match in _COMMENT.finditer(source.text):
        if root is not None and _inside_scalar(root, match.start() + start):
            continue
        codes = frozenset(code.upper() for code in _CODE.findall(match.group(2)))
        if match.group(1):
            in_file |= codes
        else:
            line = _covered_line(source, Span(match.start(), match.end()))
            by_line[line] = by_line.get(line, frozenset()) | codes
    return Suppressions(by_line, in_file)


def _covered_line(source: SourceText, comment: Span) -> int:
    line = source.position(comment.start).line
    if source.text[source.line_starts[line - 1] : comment.start].strip():
        return line
    while line < source.line_count:
        line += 1
        text = source.line_text(line).strip()
        if text and not text.startswith("#"):
            break
    return line


def _inside_scalar(node: Mapping | Sequence | Scalar, offset: int) -> bool:
    pending: list[Mapping | Sequence | Scalar] = [node]
    while pending:
        current = pending.pop()
        if isinstance(current, Scalar):
            if current.style is not None and current.start <= offset < current.end:
                return True
        elif isinstance(current, Sequence):
            aliases = current.aliases or {}
            pending.extend(item for index, item in enumerate(current.items) if index not in aliases)
        else:
            pending.extend(entry.value for entry in current.entries if entry.alias is None)
    return False
