"""Patterns that are compiled late: as good as any other once they are used."""

import re
import subprocess
import sys

from gpustack.patterns import LazyPattern


def test_a_lazy_pattern_is_compiled_once_and_when_it_is_used() -> None:
    made = []

    def make() -> "re.Pattern[str]":
        made.append(1)
        return re.compile("(a)(b)?")

    pattern = LazyPattern(make)
    assert not made
    assert pattern.fullmatch("ab")[2] == "b" and pattern.sub("x", "cab") == "cx"
    assert [match.start() for match in pattern.finditer("aba")] == [0, 2] and pattern.search("b") is None
    assert pattern.findall("ab") == [("a", "b")] and len(made) == 1
    assert pattern.groups == 2 and pattern.pattern == "(a)(b)?"


def test_only_the_named_packages_wait() -> None:
    program = (
        "import re; from gpustack.patterns import LazyPattern, compile_patterns_late; compile_patterns_late();"
        "import stacks.compose.scalars as ours, string;"
        "print(type(ours._DECIMAL) is LazyPattern, type(string.Formatter) is type, type(re.compile('a')) is re.Pattern)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True", "True"]
