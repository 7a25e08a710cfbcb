"""The checker: which layers ran, what a comment silences, in what order findings come, what needs what."""

import pytest

from stacks.hosts.snapshot import Engine, HostSnapshot, Source
from stacks.rules.checker import Report, check_text
from stacks.rules.findings import Layer, Severity
from stacks.rules.registry import ENGINE, FILES, GPUS, HOST, all_rules
from tests.rules.case_files import load_host

BROKEN = "services:\n  train:\n   image: [\n"
TWO_FAULTS = """\
services:
  train:
    image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
    gpus:
      - count: 0
        device_id: ["1"]
    environment:
      - CUDA_VISIBLE_DEVICES=all
"""


def places(report: Report) -> list[tuple[str, int]]:
    position = report.document.source.position
    return [(each.code, position(each.span.start).line) for each in report.diagnostics]


def note_of(report: Report, layer: Layer) -> tuple[bool, str]:
    return next((run.ran, run.note) for run in report.layers if run.layer is layer)


def test_every_layer_is_named_once_in_order() -> None:
    for text in (TWO_FAULTS, BROKEN, "", "[]"):
        assert [run.layer for run in check_text(text).layers] == list(Layer)


def test_broken_yaml_stops_the_other_layers() -> None:
    report = check_text(BROKEN, host=load_host("h200-x2"))
    assert {each.layer for each in report.diagnostics} == {Layer.YAML}
    for layer in list(Layer)[1:]:
        ran, note = note_of(report, layer)
        assert not ran and "mended" in note


def test_without_a_host_its_layer_is_not_checked() -> None:
    assert note_of(check_text(TWO_FAULTS), Layer.HOST) == (False, "not checked: no host is chosen")
    ran, note = note_of(check_text(TWO_FAULTS, host=load_host("h200-x2")), Layer.HOST)
    assert ran and "snapshot of" in note


def test_what_a_host_does_not_know_is_said() -> None:
    unknown = HostSnapshot(source=Source.MANUAL, taken_at="2026-11-23T00:00:00Z")
    ran, note = note_of(check_text(TWO_FAULTS, host=unknown), Layer.HOST)
    assert ran and "its GPUs are not known" in note and "its engine is not known" in note
    known = HostSnapshot(source=Source.MANUAL, taken_at="2026-11-23T00:00:00Z", gpus=(), engine=Engine())
    assert "not known" not in note_of(check_text(TWO_FAULTS, host=known), Layer.HOST)[1]


def test_rules_are_not_run_without_what_they_need() -> None:
    needs = {HOST, GPUS, ENGINE, FILES}
    assert all(rule.needs <= needs for rule in all_rules())
    alone = {rule.code for rule in all_rules() if not rule.needs}
    assert {each.code for each in check_text(TWO_FAULTS).diagnostics} <= alone
    with_host = check_text("services: {a: {image: 'x:1', gpus: [{device_ids: ['9']}]}}", host=load_host("h200-x2"))
    assert any(each.layer is Layer.HOST for each in with_host.diagnostics)


def test_diagnostics_stand_in_the_order_of_their_places() -> None:
    report = check_text(TWO_FAULTS)
    spans = [each.span for each in report.diagnostics]
    assert spans == sorted(spans)
    assert [place for place in places(report) if place[0] in ("DEV103", "DEV502", "ENV101")] == [
        ("DEV103", 5),
        ("DEV502", 6),
        ("ENV101", 8),
    ]


def test_a_diagnostic_knows_its_service_path_and_severity() -> None:
    found = next(each for each in check_text(TWO_FAULTS).diagnostics if each.code == "DEV502")
    assert found.service == "train"
    assert found.path == ("services", "train", "gpus", 0, "device_id")
    assert found.severity is Severity.ERROR and found.layer is Layer.GPU


def test_counts_of_severities() -> None:
    report = check_text(TWO_FAULTS)
    assert report.errors + report.warnings + report.infos == len(report.diagnostics)
    assert report.errors >= 3


@pytest.mark.parametrize(
    "text",
    [
        TWO_FAULTS.replace("count: 0", "count: 0  # gpu-compose: ignore[DEV103] a switch"),
        TWO_FAULTS.replace("      - count: 0", "      # gpu-compose: ignore[dev103]\n      - count: 0"),
        "# gpu-compose: ignore-file[DEV103, MEM999] meant\n" + TWO_FAULTS,
    ],
    ids=["on the line", "on the line before", "for the file"],
)
def test_a_comment_silences_a_code(text: str) -> None:
    report = check_text(text)
    codes = {each.code for each in report.diagnostics}
    assert "DEV103" not in codes and {"DEV502", "ENV101"} <= codes
    assert [each.code for each in report.suppressed] == ["DEV103"]


@pytest.mark.parametrize(
    "text",
    [
        TWO_FAULTS.replace("count: 0", "count: 0  # gpu-compose: ignore"),
        TWO_FAULTS.replace("count: 0", "count: 0  # gpu-compose: ignore[DEV101]"),
        TWO_FAULTS + '    command: "# gpu-compose: ignore-file[DEV103]"\n',
    ],
    ids=["no code", "another code", "inside a string"],
)
def test_what_silences_nothing(text: str) -> None:
    report = check_text(text)
    assert "DEV103" in {each.code for each in report.diagnostics}
    assert not report.suppressed


def test_broken_yaml_cannot_be_silenced() -> None:
    report = check_text("# gpu-compose: ignore-file[COM001]\n" + BROKEN)
    assert {each.code for each in report.diagnostics} == {"COM001"}


def test_a_fault_behind_an_anchor_is_reported_for_each_service() -> None:
    text = """\
x-gpu: &gpu
  - count: two
services:
  a: {image: "x:1", gpus: *gpu}
  b: {image: "x:1", gpus: *gpu}
"""
    found = [each for each in check_text(text).diagnostics if each.code == "DEV105"]
    assert [each.service for each in found] == ["a", "b"]
    assert len({each.span for each in found}) == 1
