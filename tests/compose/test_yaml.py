"""Text to nodes: places, values as Compose reads them, problems, limits."""

import gc
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacks.compose.node_paths import path_at
from stacks.compose.nodes import Mapping, Node, Scalar, Sequence, find, path_text, plain_data
from stacks.compose.problems import ProblemKind
from stacks.compose.yaml import MAX_TEXT, parse_yaml, paused_collector

SAMPLE = """\
x-gpu: &gpu  # anchors
  driver: nvidia
  ids: ["0", 'one']
services:
  a:
    <<: *gpu
    driver: other
    text: |
      first
      second

    empty:
    tagged: !!str 12
  b: *gpu
"""


def root_of(text: str) -> Mapping:
    parsed = parse_yaml(text)
    assert parsed.problems == ()
    assert isinstance(parsed.roots[0], Mapping)
    return parsed.roots[0]


def written(text: str, node: Node) -> str:
    return text[node.start : node.end]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (("x-gpu", "driver"), "nvidia"),
        (("x-gpu", "ids"), "[\"0\", 'one']"),
        (("x-gpu", "ids", 1), "'one'"),
        (("services", "a", "driver"), "other"),
        (("services", "a", "text"), "|\n      first\n      second"),
        (("services", "a", "empty"), ""),
        (("services", "a", "tagged"), "12"),
        (("services", "b", "driver"), "nvidia"),
    ],
)
def test_nodes_know_what_is_written(path: tuple[str | int, ...], expected: str) -> None:
    node = find(root_of(SAMPLE), *path)
    assert node is not None
    assert written(SAMPLE, node) == expected


def test_collections_end_with_their_last_value() -> None:
    node = find(root_of(SAMPLE), "x-gpu")
    assert node is not None
    assert written(SAMPLE, node) == "driver: nvidia\n  ids: [\"0\", 'one']"


def test_merges_and_aliases_give_the_data_that_compose_sees() -> None:
    gpu = {"driver": "nvidia", "ids": ["0", "one"]}
    assert plain_data(root_of(SAMPLE)) == {
        "x-gpu": gpu,
        "services": {
            "a": {"ids": ["0", "one"], "driver": "other", "text": "first\nsecond\n", "empty": None, "tagged": "12"},
            "b": gpu,
        },
    }


def test_an_alias_is_known_where_it_stands() -> None:
    services = root_of(SAMPLE).mapping("services")
    assert services is not None
    entry = services.get("b")
    assert entry is not None and entry.alias is not None
    assert SAMPLE[entry.value_span.start : entry.value_span.end] == "*gpu"


def test_anchored_values_begin_behind_their_anchor() -> None:
    text = "a: &x !!map {b: &y 'c'}\nd: [*y]\n"
    root = root_of(text)
    assert written(text, root.entries[0].value) == "{b: &y 'c'}"
    found = find(root, "a", "b")
    assert found is not None and written(text, found) == "'c'"
    items = root.sequence("d")
    assert items is not None and items.item_span(0).start == text.index("*y")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("22:22", "22:22"),
        ("on", "on"),
        ("yes", "yes"),
        ("True", True),
        ("0123", 83),
        ("08", 8.0),
        ("0o17", 15),
        ("0x1F", 31),
        ("9" * 308, int("9" * 308)),
        ("9" * 309, "9" * 309),
        ("0x" + "f" * 16, 2**64 - 1),
        ("0x1" + "0" * 16, "0x1" + "0" * 16),
        ("0b11", 3),
        ("-0b11", -3),
        ("1_000", 1000),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("8.0", 8.0),
        ("12.10", 12.1),
        ("1:0", "1:0"),
        ("~", None),
        ("null", None),
        ("", None),
        ("'5'", "5"),
        ("+5", 5),
        ("1.2.3", "1.2.3"),
        ("-", "-"),
        (".inf", float("inf")),
        ("-.INF", float("-inf")),
        ("0x", "0x"),
        ("9" * 500, "9" * 500),
    ],
)
def test_scalars_as_compose_reads_them(text: str, value: object) -> None:
    node = root_of(f"k: {text}\n").entries[0].value if text != "-" else Scalar(0, 1, "-", None, None, None, "-")
    assert isinstance(node, Scalar)
    assert node.value == value and type(node.value) is type(value)


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("a:\n\tb: 1\n", [(ProblemKind.SYNTAX, 2)]),
        ("a: [1, 2\nb: 3\nc: d: e\n", [(ProblemKind.SYNTAX, 2), (ProblemKind.SYNTAX, 3)]),
        ("s:\n  a: 1\n   b: 2\n  c: 'x\n  d: 1\n", [(ProblemKind.SYNTAX, 3), (ProblemKind.SYNTAX, 4)]),
        ("a: *nobody\n", [(ProblemKind.ALIAS, 1)]),
        ("a: &x [*x]\n", [(ProblemKind.ALIAS, 1)]),
        ("a: b\x01c\n", [(ProblemKind.CHARACTER, 1)]),
        ("? [a, b]\n: 1\n", [(ProblemKind.KEY, 1)]),
    ],
)
def test_every_problem_has_its_line(text: str, places: list[tuple[ProblemKind, int]]) -> None:
    parsed = parse_yaml(text)
    assert [(each.kind, parsed.source.position(each.span.start).line) for each in parsed.problems] == places


def bomb(levels: int) -> str:
    lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x]"]
    lines += [f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]" for n in range(1, levels)]
    return "\n".join(lines)


def test_an_alias_bomb_is_refused_at_once() -> None:
    text = bomb(8)
    started = time.process_time()
    parsed = parse_yaml(text)
    assert time.process_time() - started < 0.05
    assert [each.kind for each in parsed.problems] == [ProblemKind.ALIAS_GROWTH]
    assert parsed.roots == ()


@pytest.mark.parametrize("unit", ["1,", "[],", "{a: b},"])
def test_too_many_values(unit: str) -> None:
    assert not parse_yaml("a: [" + unit * (40_000 // len(unit)) + "1]").problems
    parsed = parse_yaml("a: [" + unit * (1_000_000 // len(unit)) + "1]")
    assert [each.kind for each in parsed.problems] == [ProblemKind.TOO_LARGE]
    assert "200,000" in parsed.problems[0].message and not parsed.is_complete


def test_depth_and_size_are_limited() -> None:
    assert [each.kind for each in parse_yaml("[" * 100_000).problems] == [ProblemKind.TOO_DEEP]
    assert [each.kind for each in parse_yaml("a: " + "b" * MAX_TEXT).problems] == [ProblemKind.TOO_LARGE]
    assert parse_yaml("[" * 64 + "]" * 64).problems == ()


def test_a_byte_order_mark_and_wide_characters_do_not_move_places() -> None:
    text = "\ufeffklucz: zażółć 🐳\r\ndrugi: 'x'\r\n"
    second = root_of(text).entries[1]
    assert written(text, second.value) == "'x'"
    assert parse_yaml(text).source.position(second.key.start).line == 2


@given(st.text(alphabet=st.sampled_from("ab:-[]{}'\"\n\t #&*!|>?,x"), max_size=60))
def test_no_text_raises_and_spans_lie_in_it(text: str) -> None:
    parsed = parse_yaml(text)
    for problem in parsed.problems:
        assert 0 <= problem.span.start <= problem.span.end <= len(text)
    pending: list[Node] = list(parsed.roots)
    while pending:
        node = pending.pop()
        assert 0 <= node.start <= node.end <= len(text)
        if isinstance(node, Sequence):
            pending.extend(item for index, item in enumerate(node.items) if index not in (node.aliases or {}))
        elif isinstance(node, Mapping):
            pending.extend(entry.value for entry in node.entries if entry.alias is None)


def test_paths_of_places() -> None:
    root = root_of(SAMPLE)
    assert path_at(root, SAMPLE.index("'one'")) == ("x-gpu", "ids", 1)
    assert path_at(root, SAMPLE.index("driver: other")) == ("services", "a", "driver")
    assert path_text(("services", "a b", "devices", 0, "count")) == 'services."a b".devices[0].count'


def test_the_collector_is_paused_and_comes_back() -> None:
    with paused_collector():
        assert not gc.isenabled()
    assert gc.isenabled()
