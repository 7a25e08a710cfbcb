"""--select, --ignore, --strict and --exit-zero: what counts."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import BROKEN, CLEAN, OBSOLETE, WARNED, Call

BOTH = WARNED.replace("services:", 'version: "3.8"\nservices:')  # COM080 (a remark or warning) and COM022


def codes(call: Call, *options: str, text: str = BOTH) -> tuple[int, list[str]]:
    Path("compose.yaml").write_text(text, encoding="utf-8")
    answer = call("check", "--format", "json", *options, "compose.yaml")
    assert answer.err == ""
    return answer.code, [each["code"] for each in json.loads(answer.out)["files"][0]["diagnostics"]]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], ["COM080", "COM022"]),
        (["--select", "COM022"], ["COM022"]),
        (["--select", "com02"], ["COM022"]),
        (["--select", "DEV"], []),
        (["--select", "DEV,COM080"], ["COM080"]),
        (["--select", "DEV", "--select", "COM080"], ["COM080"]),
        (["--ignore", "COM080"], ["COM022"]),
        (["--ignore", "COM"], []),
        (["--ignore", "COM", "--select", "COM022"], ["COM022"]),
        (["--ignore", "COM022", "--select", "COM"], ["COM080"]),
    ],
)
def test_what_is_looked_for(call: Call, options: list[str], expected: list[str]) -> None:
    code, found = codes(call, *options)
    assert (code, found) == (0, expected)


@pytest.mark.parametrize("options", [["--select", "DEV"], ["--ignore", "COM"], ["--ignore", "COM001"]])
def test_text_that_is_no_yaml_cannot_be_left_out(call: Call, options: list[str]) -> None:
    """Nothing else of such a file was checked, so to call it clean would be wrong."""
    assert codes(call, *options, text=BROKEN) == (1, ["COM001"])


@pytest.mark.parametrize(
    ("text", "options", "code"),
    [
        (CLEAN, ["--strict"], 0),
        (WARNED, ["--strict"], 1),
        (WARNED, ["--strict", "--ignore", "COM022"], 0),
        (WARNED, ["--strict", "--no-strict"], 0),
        (WARNED, ["--strict", "--exit-zero"], 0),
        (BROKEN, ["--exit-zero"], 0),
        (CLEAN, ["--exit-zero"], 0),
    ],
)
def test_exit_codes(call: Call, text: str, options: list[str], code: int) -> None:
    assert codes(call, *options, text=text)[0] == code


def test_strict_lets_remarks_pass(call: Call) -> None:
    Path("compose.yaml").write_text(CLEAN.replace("    restart: unless-stopped\n", ""), encoding="utf-8")
    report = json.loads(call("check", "--format", "json", "compose.yaml").out)
    assert report["summary"] == {"errors": 0, "warnings": 0, "infos": report["summary"]["infos"]}
    assert call("check", "--strict", "compose.yaml").code == 0


def test_strict_looks_at_every_file(call: Call) -> None:
    Path("a.yaml").write_text(WARNED, encoding="utf-8")
    Path("b.yaml").write_text(CLEAN, encoding="utf-8")
    assert call("check", "--strict", "a.yaml", "b.yaml").code == 1
    assert call("check", "--strict", "b.yaml", "a.yaml").code == 1
    assert call("check", "a.yaml", "b.yaml").code == 0


def test_exit_zero_does_not_hide_a_file_that_cannot_be_read(call: Call) -> None:
    Path("a.yaml").write_text(BROKEN, encoding="utf-8")
    assert call("check", "--exit-zero", "a.yaml", "absent.yaml").code == 2


@pytest.mark.parametrize("form", ["text", "sarif", "github"])
def test_other_formats_leave_out_too(call: Call, form: str) -> None:
    Path("compose.yaml").write_text(BOTH, encoding="utf-8")
    answer = call("check", "--format", form, "--ignore", "COM080", "compose.yaml")
    assert "COM022" in answer.out and "COM080" not in answer.out


def test_fix_repairs_what_is_selected(call: Call) -> None:
    Path("a.yaml").write_text(OBSOLETE, encoding="utf-8")
    assert call("fix", "--ignore", "COM080", "a.yaml").out == OBSOLETE
    assert call("fix", "--select", "COM08", "a.yaml").out == CLEAN
    assert call("fix", "--select", "DEV", "-", stdin=BROKEN.encode()).code == 1


def test_fix_of_several_files(call: Call) -> None:
    for name in ("a.yaml", "b.yaml"):
        Path(name).write_text(OBSOLETE, encoding="utf-8")
    shown = call("fix", "--diff", "a.yaml", "b.yaml")
    assert shown.code == 0 and shown.out.count("\n-version") == 2
    assert call("fix", "--in-place", "a.yaml", "absent.yaml", "b.yaml").code == 2
    assert Path("a.yaml").read_text(encoding="utf-8") == Path("b.yaml").read_text(encoding="utf-8") == CLEAN
