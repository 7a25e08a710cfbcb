"""Regular expressions that are compiled when they are first used.

Modules name theirs while they are imported: for one check a hundred, most of which a file without faults never meets.
"""

import re
from typing import Any, Final, cast

_METHODS: Final = ("match", "fullmatch", "search", "finditer", "findall", "sub", "subn", "split")


class _LazyPattern:
    """Stands for a compiled pattern, and becomes as good as one with its first use."""

    def __init__(self, text: str, flags: int) -> None:
        self._text = text
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        made = re.compile(self._text, self._flags)
        self.__dict__.update((method, getattr(made, method)) for method in _METHODS)
        return getattr(made, name)


def lazy_pattern(text: str, flags: int = 0) -> re.Pattern[str]:
    """`re.compile` of the text, at its first use."""
    return cast("re.Pattern[str]", _LazyPattern(text, flags))
