"""The quick look at data: it never lets through what the validator refuses, and knows most good files for good."""

import copy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stacks.compose.document import parse_document
from stacks.compose.schema_casts import cast_data
from stacks.compose.schema_file import compose_schema, validator
from stacks.compose.schema_quick import surely_passes
from tests.rules.case_files import CASES

PATHS = sorted(CASES.glob("*/*.yaml"))


def data_of(path: Path) -> Any:
    document = parse_document(path.read_text(encoding="utf-8"))
    return cast_data(document.data)[0] if document.is_complete else None


DATA = [data for data in map(data_of, PATHS) if data is not None]
GOOD = [data for data in DATA if validator().is_valid(data)]
VALUES = st.sampled_from(
    [
        *(
            None,
            True,
            False,
            0,
            1,
            -1,
            1.0,
            1.5,
            float("inf"),
            2**70,
            "",
            "1",
            "all",
            "x-a",
            "a\n",
            "é",
            [],
            ["a", "a"],
        ),
        *([1, True], [{"a": 1}, {"a": True}], {}, {"": 1}, {"x-a": 1}, {"target": 1}, {"count": -1}, {"soft": 1}),
    ]
)


def test_what_passes_here_passes_the_validator() -> None:
    assert not [data for data in DATA if surely_passes(data, compose_schema()) and not validator().is_valid(data)]


def test_good_files_are_known_for_good() -> None:
    known = sum(surely_passes(data, compose_schema()) for data in GOOD)
    assert known > 0.98 * len(GOOD) > 100


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_changed_value_is_judged_as_the_validator_judges_it(draw: st.DataObject) -> None:
    data = copy.deepcopy(draw.draw(st.sampled_from(GOOD)))
    holder: Any = data
    while True:
        steps: list[Any] = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        if not steps:
            return
        step = draw.draw(st.sampled_from(steps))
        if isinstance(holder[step], dict | list) and draw.draw(st.booleans()):
            holder = holder[step]
            continue
        break
    if isinstance(holder, dict) and draw.draw(st.booleans()):
        holder[draw.draw(st.sampled_from(["image", "x-a", "unknown", "", "a b", "ports\n"]))] = holder.pop(step)
    else:
        holder[step] = draw.draw(VALUES)
    if surely_passes(data, compose_schema()):
        assert validator().is_valid(data)


@pytest.mark.parametrize(
    ("value", "schema", "passes"),
    [
        (1, {"type": "number"}, True),
        (1.5, {"type": "integer"}, False),
        (True, {"enum": [1]}, False),
        (
            {"a": 1, "b": "x"},
            {"properties": {"a": {"type": "integer"}}, "additionalProperties": {"type": "string"}},
            True,
        ),
        ({"a": 1}, {"additionalProperties": False}, False),
        ({"x-a": 1}, {"patternProperties": {"^x-": {}}, "additionalProperties": False}, True),
        ("a", {"oneOf": [{"type": "string"}, {"pattern": "a"}]}, False),
        ("a", {"anyOf": [{"type": "null"}, {"pattern": "a"}]}, True),
        ({"a": 1}, {"required": ["b"]}, False),
        (5, {"minimum": 6}, False),
        (5, {"maximum": 4}, False),
        (["a", "a"], {"uniqueItems": True}, False),
        ([{"a": 1}, {"a": 2}], {"uniqueItems": True}, True),
    ],
)
def test_each_keyword(value: Any, schema: dict[str, Any], passes: bool) -> None:
    from jsonschema_rs import validator_for

    assert surely_passes(value, schema) is passes is validator_for(schema).is_valid(value)


@pytest.mark.parametrize(
    ("value", "schema"),
    [
        (1.0, {"type": "integer"}),
        (2**70, {"type": "integer"}),
        ([1, True], {"uniqueItems": True}),
        ("a\n", {"pattern": "^a$"}),
        ("a", {"$ref": "other.json"}),
        ("a", {"not": {"type": "null"}}),
        (["a"] * 10_000, {"items": {"type": "string"}}),
    ],
)
def test_what_is_not_certain_is_left_to_the_validator(value: Any, schema: dict[str, Any]) -> None:
    assert surely_passes(value, schema) is False
