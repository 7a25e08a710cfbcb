"""The limits of a check: a hostile file ends at once, and the report says what was left out."""

import time

import pytest

from stacks.rules.checker import MAX_FINDINGS, Report, check_text
from stacks.rules.findings import Layer

LARGEST = 1024 * 1024


def note(report: Report, layer: Layer) -> str:
    return next(run.note for run in report.layers if run.layer is layer)


def test_a_rule_is_stopped_and_that_is_said() -> None:
    text = "services:\n  a:\n    image: x:1\n    command:\n" + "    - $NOTHING\n" * (MAX_FINDINGS + 5)
    report = check_text(text)
    assert sum(each.code == "COM022" for each in report.diagnostics) == MAX_FINDINGS
    layer = next(each.layer for each in report.diagnostics if each.code == "COM022")
    assert note(report, layer) == f"only the first {MAX_FINDINGS:,} findings each of COM022 are given"
    assert not note(report, Layer.YAML)


def test_exactly_as_many_as_may_be_are_all_of_them() -> None:
    text = "services:\n  a:\n    image: x:1\n    command:\n" + "    - $NOTHING\n" * MAX_FINDINGS
    report = check_text(text)
    assert sum(each.code == "COM022" for each in report.diagnostics) == MAX_FINDINGS
    assert not any("only the first" in run.note for run in report.layers)


def test_more_services_than_can_be_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stacks.rules.checker.MAX_CALLS", 2_000)
    text = "services:\n" + "".join(f"  a{number}: {{image: 'x:1', restart: sometimes}}\n" for number in range(100))
    report = check_text(text)
    found = [each.service for each in report.diagnostics if each.code == "LIF201"]
    assert found and len(found) < 100 and "a0" in found and "a99" not in found
    for layer in (Layer.COMPOSE, Layer.GPU, Layer.PRACTICE):
        assert "not all of it was checked from service a" in note(report, layer)
    assert not note(report, Layer.SCHEMA) and "no host" in note(report, Layer.HOST)


@pytest.mark.parametrize(
    "text",
    [
        "services: {a: {image: x:1, command: '" + "$A" * (LARGEST // 2 - 40) + "'}}\n",
        "services: {a: {image: x:1, gpus: [{device_ids: [" + "'1'," * (LARGEST // 4 - 40) + "'2']}]}}\n",
        "services: {a: {image: x:1}}\nx-a: [" + "a," * (LARGEST // 2 - 40) + "a]\n",
        "services:\n" + "".join(f"  a{number:06d}: {{}}\n" for number in range(LARGEST // 15)),
        "services: {a: {image: x:1}}\n" + "x-a: 1\n" * (LARGEST // 7 - 10),
    ],
    ids=["variables", "ids", "items", "services", "duplicates"],
)
def test_the_largest_files_end(text: str) -> None:
    """Far from what they take (about two seconds), and farther from the minutes that any quadratic part would take."""
    assert len(text) <= LARGEST
    begin = time.process_time()
    check_text(text)
    assert time.process_time() - begin < 20
