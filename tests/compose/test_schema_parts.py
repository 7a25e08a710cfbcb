"""Errors of large data: the same as of small, found without making objects of all."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from stacks.compose.schema_errors import schema_errors
from stacks.compose.schema_file import validator
from stacks.compose.schema_parts import MOST_VALUES, errors_in_parts

STATUS = Path("/proc/self/status")


def places(data: Any) -> list[tuple[str | int, ...]]:
    return [tuple(error.instance_path) for error in errors_in_parts(validator(), data)]


def stack(count: int, **faults: Any) -> Any:
    services = {f"s{number}": {"image": "x", "command": ["a"] * 8} for number in range(count)}
    return {"services": services | {name: {"image": "x", "ports": value} for name, value in faults.items()}}


@pytest.mark.parametrize("count", [3, 2 * MOST_VALUES])
def test_every_part_with_an_error_is_found(count: int) -> None:
    data = stack(count, first=7, last=None) | {"volumes": 7, "unknown": 1}
    data["services"]["s1"]["imag"] = "x"
    whole = {tuple(error.instance_path)[:2] for error in validator().iter_errors(data)}
    assert {place[:2] for place in places(data)} == whole


@pytest.mark.parametrize("before", [0, 10, MOST_VALUES - 1, MOST_VALUES, 5 * MOST_VALUES + 3, 60_000])
def test_an_error_far_into_a_list_is_found_at_its_place(before: int) -> None:
    data = stack(1, late=["80:80"] * before + [None] + ["80:80"] * 7)
    assert ("services", "late", "ports", before) in places(data)


def test_keys_that_the_schema_requires_are_never_cut_off() -> None:
    item = {"target": 80, "published": "80", "protocol": "tcp", "app_protocol": "http"}
    data = stack(1, late=[item] * MOST_VALUES + [None])
    assert {error.path for error in schema_errors(data)} == {("services", "late", "ports", MOST_VALUES)}


@pytest.mark.skipif(not STATUS.exists(), reason="this system does not say how much memory a process has had")
@pytest.mark.parametrize("key", ["ports", "command", "environment"])
def test_a_hundred_thousand_errors_take_little_memory(key: str) -> None:
    program = (
        "from stacks.rules.checker import check_text;"
        f"text = 'services:\\n  a:\\n    image: x\\n    {key}:\\n' + '    -\\n' * 100_000;"
        "assert check_text(text).errors > 100;"
        f"print(open('{STATUS}').read())"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    most = re.search(r"^VmHWM:\s*(\d+) kB$", done.stdout, re.MULTILINE)  # what `resource` says counts the parent in
    assert most is not None and int(most[1]) < 200 * 1024
