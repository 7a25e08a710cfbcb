"""Snapshots as JSON: there and back without loss, and errors that name the place."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacks.hosts.serialization import from_json, from_mapping, to_json, to_mapping
from stacks.hosts.snapshot import (
    ComputeMode,
    Engine,
    Gpu,
    GpuProcess,
    HostSnapshot,
    MigInstance,
    Note,
    NoteLevel,
    SnapshotError,
    Source,
)

WHEN = "2026-11-23T08:00:00Z"
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
known_texts = st.none() | texts
sizes = st.none() | st.integers(0, 2**63 - 1)
pairs = st.none() | st.tuples(st.integers(0, 999_999), st.integers(0, 999_999))
flags = st.none() | st.booleans()
lists = st.none() | st.lists(texts, max_size=3).map(tuple)
instances = st.builds(MigInstance, st.integers(0, 99), known_texts, known_texts, sizes, sizes, sizes)
processes = st.builds(GpuProcess, st.integers(0, 2**31), known_texts, sizes)
gpus = st.builds(
    Gpu,
    index=st.integers(0, 10_000),
    name=texts,
    uuid=st.none() | st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=40),
    memory_total=sizes,
    memory_used=sizes,
    compute_capability=pairs,
    pci_bus_id=known_texts,
    minor_number=sizes,
    mig_enabled=flags,
    mig_instances=st.lists(instances, max_size=2).map(tuple),
    mig_instances_known=st.booleans(),
    compute_mode=st.none() | st.sampled_from(ComputeMode),
    processes=st.none() | st.lists(processes, max_size=2).map(tuple),
)
engines = st.builds(
    Engine, known_texts, known_texts, lists, known_texts, flags, lists, lists, sizes, sizes, known_texts, known_texts,
    known_texts, flags, flags, flags, known_texts, lists, flags, flags, known_texts, flags,
)  # fmt: skip
snapshots = st.builds(
    HostSnapshot,
    source=st.sampled_from(Source),
    taken_at=st.datetimes(timezones=st.just(UTC)).map(lambda moment: moment.isoformat()),
    gpus=st.none()
    | st.lists(gpus, max_size=3, unique_by=(lambda gpu: gpu.index, lambda gpu: gpu.uuid or f"none {gpu.index}")).map(
        tuple
    ),
    driver_version=known_texts,
    cuda_version=pairs,
    nvml_version=known_texts,
    engine=st.none() | engines,
    memory_total=sizes,
    cpus=sizes,
    hostname=known_texts,
    notes=st.lists(st.builds(Note, st.sampled_from(NoteLevel), texts), max_size=2).map(tuple),
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["index", "name", "gpus", "x"]), inner),
    max_leaves=5,
)


def document(**changes: Any) -> dict[str, Any]:
    return {"version": 1, "taken_at": WHEN, "gpus": [{"index": 0, "name": "a"}, {"index": 1, "name": "b"}]} | changes


def refusal(text: str) -> str:
    with pytest.raises(SnapshotError) as caught:
        from_json(text)
    return str(caught.value)


@given(snapshots)
def test_round_trip_is_exact(snapshot: HostSnapshot) -> None:
    assert from_json(to_json(snapshot)) == snapshot


@given(snapshots, st.data())
def test_any_value_in_any_place_is_read_or_refused(snapshot: HostSnapshot, data: st.DataObject) -> None:
    mapping = to_mapping(snapshot)
    mapping[data.draw(st.sampled_from(sorted(mapping)))] = data.draw(json_values)
    with suppress(SnapshotError):
        assert isinstance(from_json(json.dumps(mapping)), HostSnapshot)


def test_least_that_is_needed() -> None:
    assert from_json(json.dumps({"version": 1, "taken_at": WHEN, "gpus": None})) == HostSnapshot(Source.JSON, WHEN)
    assert from_json(json.dumps(document())).gpus == (Gpu(0, "a"), Gpu(1, "b"))


def test_json_is_for_people_too() -> None:
    text = to_json(
        HostSnapshot(Source.NVML, WHEN, cuda_version=(12, 8), gpus=(Gpu(0, "ä", compute_capability=(9, 0)),))
    )
    assert text.endswith("}\n")
    assert '"cuda_version": "12.8"' in text and '"compute_capability": "9.0"' in text and '"name": "ä"' in text


def test_unknown_keys_become_a_note() -> None:
    gpu = {"index": 0, "name": "a", "colour": "green", "mig_instances": [{"index": 0, "taste": 1}]}
    snapshot = from_mapping(document(gpus=[gpu], later=1, engine={"flavour": 2}))
    assert snapshot.notes == (
        Note(
            NoteLevel.INFO,
            "keys that are not known were ignored: `later`, `engine.flavour`, `gpus[0].colour`, "
            "`gpus[0].mig_instances[0].taste`",
        ),
    )
    many = from_mapping(document(**{f"x{i}": 1 for i in range(11)}))
    assert many.notes[0].text.endswith("`x7` and 3 more")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"version": 2}, "version: this is a host snapshot of version 2; only version 1 can be read"),
        ({"version": "1"}, "version: expected an integer, got '1'"),
        ({"version": True}, "version: expected an integer, got True"),
        ({"taken_at": "yesterday"}, "taken_at: expected a time in UTC such as 2026-11-23T08:30:00Z, got 'yesterday'"),
        ({"taken_at": "2026-11-23T08:00:00"}, "taken_at: expected a time in UTC"),
        ({"taken_at": "2026-11-23T08:00:00+01:00"}, "taken_at: expected a time in UTC"),
        ({"source": "rumour"}, "source: expected one of nvml, docker, "),
        ({"gpus": {}}, "gpus: expected a list, got {}"),
        ({"gpus": [1]}, "gpus[0]: expected an object, got 1"),
        ({"gpus": [{"index": 0, "name": "a"}] * 300}, "gpus: 300 GPUs; at most 256 can be read"),
        ({"gpus": [{"name": "a"}]}, "gpus[0].index: missing"),
        ({"gpus": [{"index": 0}]}, "gpus[0].name: missing"),
        ({"gpus": [{"index": -1, "name": "a"}]}, "gpus[0].index: expected an integer from 0 to 2^63 - 1"),
        ({"gpus": [{"index": 2**63, "name": "a"}]}, "gpus[0].index: expected an integer from 0 to 2^63 - 1"),
        ({"gpus": [{"index": 0, "name": "a\0"}]}, "gpus[0].name: holds a character that is not text"),
        ({"gpus": [{"index": 0, "name": "\ud800"}]}, "gpus[0].name: holds a character that is not text"),
        ({"gpus": [{"index": 0, "name": "a" * 121}]}, "gpus[0].name: expected at most 120 characters, got 121"),
        ({"gpus": [{"index": 0, "name": "a"}] * 2}, "gpus[1].index: 0 is already that of gpus[0]"),
        (
            {"gpus": [{"index": i, "name": "a", "uuid": "GPU-1"} for i in range(2)]},
            "gpus[1].uuid: GPU-1 is already that of gpus[0]",
        ),
        (
            {"gpus": [{"index": 0, "name": "a"}, {"index": 1, "name": "a", "memory_total": "x"}]},
            "gpus[1].memory_total: expected an integer number of bytes, got 'x'",
        ),
        (
            {"gpus": [{"index": 0, "name": "a", "memory_total": 1.5}]},
            "gpus[0].memory_total: expected an integer number of bytes, got 1.5",
        ),
        (
            {"gpus": [{"index": 0, "name": "a", "mig_enabled": "no"}]},
            "gpus[0].mig_enabled: expected true or false, got 'no'",
        ),
        ({"gpus": [{"index": 0, "name": "a", "processes": [{}]}]}, "gpus[0].processes[0].pid: missing"),
        ({"cuda_version": 12.8}, 'cuda_version: expected two numbers as a string, such as "12.8", got 12.8'),
        ({"cuda_version": "12"}, "cuda_version: expected two numbers"),
        ({"engine": []}, "engine: expected an object, got []"),
        ({"engine": {"runtimes": "nvidia"}}, "engine.runtimes: expected a list, got 'nvidia'"),
        ({"engine": {"runtimes": ["a", 1]}}, "engine.runtimes[1]: expected a string, got 1"),
        ({"hostname": ["x" * 100]}, "hostname: expected a string, got ['xxxxxxxx"),
        ({"notes": [{"level": "info"}]}, "notes[0].text: missing"),
    ],
)
def test_errors_name_the_place(changes: dict[str, Any], said: str) -> None:
    assert refusal(json.dumps(document(**changes))).startswith(said)


@pytest.mark.parametrize("key", ["version", "taken_at", "gpus"])
def test_missing_keys_are_named(key: str) -> None:
    mapping = document()
    del mapping[key]
    assert refusal(json.dumps(mapping)) == f"{key}: missing"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"version": 1,\n "gpus": [}', "line 2, column 11: not JSON: "),
        ('{"version": NaN}', "`NaN` is not a JSON number"),
        ('{"version": 1, "gpus": [], "memory_total": -Infinity}', "`-Infinity` is not a JSON number"),
        ('{"version": 1e400}', "version: expected an integer, got inf"),
        ('{"version": 1' + "0" * 5000 + "}", "the JSON holds a number with more digits than can be read"),
        ("[" * 100_000, "the JSON is nested too deeply"),
        ("[]", "expected a JSON object with the keys version, taken_at and gpus"),
        ("1", "expected a JSON object"),
    ],
)
def test_what_is_no_snapshot(text: str, said: str) -> None:
    assert refusal(text).startswith(said)
