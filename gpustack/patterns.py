"""Regular expressions that are compiled when they are first used.

Modules compile theirs while they are imported, in plain Python: for one check a hundred patterns, most of which a file
without faults never meets, and one of PyYAML's that takes as long as reading a file of 20 services.
"""

import re
import sys
from collections.abc import Callable
from typing import Any, Final

_OWNERS: Final = frozenset({"stacks", "yaml"})  # the packages whose patterns wait
_METHODS: Final = ("match", "fullmatch", "search", "finditer", "findall", "sub", "subn", "split", "scanner")


class LazyPattern:
    """Stands for a compiled pattern, and becomes as good as one with its first use."""

    def __init__(self, make: Callable[[], "re.Pattern[Any]"]) -> None:
        self._make = make

    def __getattr__(self, name: str) -> Any:
        made = self._make()
        self.__dict__.update((method, getattr(made, method)) for method in _METHODS)
        return getattr(made, name)


def compile_patterns_late() -> None:
    """From now on `re.compile` gives lazy patterns to the packages named above. For a program of one short answer."""
    at_once: Any = re.compile

    def late(pattern: Any, flags: int = 0) -> Any:
        owner = sys._getframe(1).f_globals.get("__name__", "")
        if owner.partition(".")[0] in _OWNERS:
            return LazyPattern(lambda: at_once(pattern, flags))
        return at_once(pattern, flags)

    re.compile = late
