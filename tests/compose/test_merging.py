"""Files of one project come to what Docker Compose makes of them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stacks.compose.document import parse_document
from stacks.compose.nodes import Mapping, Plain, Scalar, Sequence, plain_data
from stacks.compose.project import Project
from stacks.compose.project_parts import SourceFile
from tests.oracle import ComposeOracle

PAIRS = Path(__file__).with_name("merge_pairs.txt").read_text(encoding="utf-8")
RESOURCES = """
networks: {n: , m: }
volumes: {c: }
secrets: {q: {file: ./q}}
configs: {q: {file: ./q}, r: {file: ./r}}
models: {l: {model: x}}
"""
OTHERS = "  t: {image: x, healthcheck: {test: x}}\n  u: {image: x, healthcheck: {test: x}}\n"
FILES = {"a.env": "A=1\n"}


class Pair(NamedTuple):
    """A line of a service in the first file and in the second; `expected` is None where they cannot be merged."""

    base: str
    over: str
    expected: Plain
    is_refused: bool

    @property
    def key(self) -> str:
        return self.base.partition(":")[0]

    @property
    def files(self) -> tuple[str, str]:
        image = "" if self.key == "build" else "    image: x\n"
        first = f"services:\n  s:\n{image}    {self.base}\n{OTHERS}{RESOURCES}"
        return first, f"services:\n  s:\n    {self.over}\n"


def read_pairs() -> list[Pair]:
    pairs = []
    for block in PAIRS.strip().split("\n\n"):
        base, over, result = block.split("\n")
        value = parse_document(f"a: {result[1:]}").data
        assert isinstance(value, dict)
        pairs.append(Pair(base, over.removeprefix("+ "), value["a"], result[0] == "!"))
    return pairs


PAIRS_READ = read_pairs()


def project(*texts: str) -> Project:
    return Project([SourceFile(f"{number}.yaml", text) for number, text in enumerate(texts)], {})


def service_of(whole: Project) -> dict[str, Any]:
    data: Any = whole.data
    service: dict[str, Any] = data["services"]["s"]
    return service


@pytest.mark.parametrize("pair", PAIRS_READ, ids=lambda pair: f"{pair.base} + {pair.over}")
def test_merged_data(pair: Pair) -> None:
    whole = project(*pair.files)
    if pair.is_refused:
        assert [fault.kind for fault in whole.faults] == ["merge"]
        assert pair.expected == pair.key
        assert whole.part_at(whole.faults[0].span.start).file.path == "1.yaml"
    else:
        assert not whole.faults
        assert service_of(whole).get(pair.key) == pair.expected


@pytest.mark.parametrize("pair", PAIRS_READ, ids=lambda pair: f"{pair.base} + {pair.over}")
def test_every_node_has_its_place_in_its_own_file(pair: Pair) -> None:
    """What stands at the place of a scalar that was not made is its text."""
    whole = project(*pair.files)
    pending: list[Any] = [whole.root]
    while pending:
        node = pending.pop()
        assert 0 <= node.start <= node.end <= len(whole.text)
        assert whole.part_at(node.start) is whole.part_at(max(node.end - 1, node.start))
        if isinstance(node, Mapping):
            pending += (part for entry in node.effective.values() for part in (entry.key, entry.value))
        elif isinstance(node, Sequence):
            pending += node.items
        elif isinstance(node, Scalar) and node.style in ("'", '"'):
            assert whole.text[node.start] == node.style == whole.text[node.end - 1]


@pytest.mark.parametrize("pair", PAIRS_READ, ids=lambda pair: f"{pair.base} + {pair.over}")
def test_merging_changes_no_node_of_a_file(pair: Pair) -> None:
    first, second = pair.files
    whole = project(first, second)
    (root,) = whole.named_parts[0].roots
    assert plain_data(root) == parse_document(first).data


def compare(oracle: ComposeOracle, whole: Project, *texts: str) -> None:
    """Compose makes of the files what it makes of the data to which we merge them."""
    named = {f"{number}.yaml": text for number, text in enumerate(texts)}
    merged = json.dumps(escaped(whole.data))
    theirs = oracle.config_of(named, {**named, **FILES})
    ours = oracle.config_of(["merged.json"], {"merged.json": merged, **FILES})
    assert theirs.accepted, theirs.stderr
    assert ours.accepted, ours.stderr
    assert normalised(ours.project["services"]) == normalised(theirs.project["services"])


def escaped(data: Any) -> Any:
    if isinstance(data, str):
        return data.replace("$", "$$")
    if isinstance(data, list):
        return [escaped(item) for item in data]
    return {key: escaped(value) for key, value in data.items()} if isinstance(data, dict) else data


def normalised(services: dict[str, Any]) -> str:
    """Ports in any order, and paths without the folder, which has another name each time."""
    for service in services.values():
        if "ports" in service:
            service["ports"].sort(key=str)
    return re.sub(r"[^\"]*/oracle-[^/]*/", "", json.dumps(services, sort_keys=True))


def test_pairs_are_merged_as_compose_merges_them(oracle: ComposeOracle) -> None:
    for pair in PAIRS_READ:
        files = pair.files
        named = {f"{number}.yaml": text for number, text in enumerate(files)}
        if pair.is_refused:
            answer = oracle.config_of(named, {**named, **FILES})
            assert "cannot override" in answer.stderr, pair
        else:
            compare(oracle, project(*files), *files)


# -- files that are made up

_PAIRS = st.dictionaries(st.sampled_from("ABCD"), st.sampled_from(["1", "x y", None, 8.0, "", "a=b"]), max_size=3)
_NAMED = _PAIRS | _PAIRS.map(lambda each: [key if value is None else f"{key}={value}" for key, value in each.items()])
_PORTS = st.sampled_from(
    [
        *("80", "80:80", 8080, "8000-8002:8000-8002", "8001:8001", "127.0.0.1:80:80", "0.0.0.0:80:80", "53:53/udp"),
        {"target": 80, "published": "80"},
        {"target": 53, "published": "53", "protocol": "udp"},
    ]
)
_VOLUMES = st.sampled_from(
    ["./a:/d", "./b:/d:ro", "c:/d", "/f", {"type": "bind", "source": "./c", "target": "/d"}, "c:/g"]
)
_REQUESTS = st.sampled_from(
    [{"count": 1}, {"count": "all"}, {"device_ids": ["0"]}, {"driver": "nvidia", "count": 2, "options": {"a": "b"}}]
)


def _lists(items: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(items, max_size=3, unique_by=str)


_VALUES: dict[str, st.SearchStrategy[Any]] = {
    "environment": _NAMED,
    "labels": _NAMED.filter(lambda each: "8.0" not in str(each)),
    "ports": _lists(_PORTS),
    "volumes": _lists(_VOLUMES),
    "gpus": _lists(_REQUESTS),
    "deploy": _lists(_REQUESTS).map(
        lambda each: {"resources": {"reservations": {"devices": [{"capabilities": ["gpu"], **one} for one in each]}}}
    ),
    "devices": _lists(st.sampled_from(["/dev/a", "/dev/b:/dev/a", "nvidia.com/gpu=0", "nvidia.com/gpu=1"])),
    "command": st.sampled_from(["a b", ["c"], None, ""]),
    "depends_on": st.sampled_from([["t"], ["t", "u"], {"t": {"condition": "service_healthy"}}]),
    "networks": st.sampled_from([["n"], ["m", "n"], {"n": {"aliases": ["x"]}}, {"m": None}]),
    "ulimits": st.sampled_from([{"memlock": -1}, {"memlock": {"soft": 1, "hard": 2}, "stack": 5}]),
    "shm_size": st.sampled_from(["1g", "2g"]),
}
_SERVICES = st.fixed_dictionaries({}, optional=_VALUES)


@settings(max_examples=12, deadline=None)
@given(pairs=st.lists(st.tuples(_SERVICES, _SERVICES), min_size=6, max_size=6))
def test_made_up_files_are_merged_as_compose_merges_them(
    oracle: ComposeOracle, pairs: list[tuple[dict[str, Any], dict[str, Any]]]
) -> None:
    first = {f"s{number}": {"image": "x", **base} for number, (base, _) in enumerate(pairs)}
    second = {f"s{number}": over for number, (_, over) in enumerate(pairs)}
    others = {name: {"image": "x", "healthcheck": {"test": "x"}} for name in "tu"}
    resources: Any = parse_document(RESOURCES).data
    texts = json.dumps({"services": first | others, **resources}), json.dumps({"services": second})
    compare(oracle, project(*texts), *texts)
