"""JSON, SARIF and GitHub's workflow commands: what programs read."""

import json
import os
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from stacks.compose.source import SourceText, Span, TextEdit, apply
from stacks.reports.checked import CheckedFile
from stacks.reports.contract import render_json
from stacks.reports.github import render_github
from stacks.reports.sarif import FINGERPRINT, render_sarif
from stacks.rules.checker import check_text
from stacks.rules.findings import Diagnostic, Finding, Fix, Severity
from tests.reports.building import TEXT, checked, diagnostic
from tests.reports.sarif_schema import LOG
from tests.rules.case_files import case_paths, load_case

DOCS = Path(__file__).resolve().parent.parent.parent / "docs"


def found() -> CheckedFile:
    return checked(
        TEXT,
        [diagnostic(TEXT, "count", related="device_ids", fix=("remove `count`", "amount", False))],
        suppressed=[diagnostic(TEXT, "gpus", severity=Severity.INFO, hint="", path=())],
    )


def test_json_of_a_diagnostic_is_the_contract() -> None:
    report = json.loads(render_json([found()]))
    assert report["files"][0]["diagnostics"] == [
        {
            "code": "DEV901",
            "name": "count-with-ids",
            "layer": "compose",
            "severity": "error",
            "message": "both `count` and `device_ids` are set",
            "hint": "keep one of them",
            "line": 5,
            "column": 9,
            "end_line": 5,
            "end_column": 14,
            "service": "train",
            "path": ["services", "train", "gpus", 0, "count"],
            "related": [{"path": "compose.yaml", "line": 6, "column": 9, "message": "the ids are here"}],
            "fix": {"title": "remove `count`", "safe": False},
            "url": "https://example.org/a?b=1,2",
        }
    ]
    assert report["summary"] == {"errors": 1, "warnings": 0, "infos": 0}
    assert report["files"][0]["layers"][4] == {"name": "host", "ran": False, "note": "not checked: no host is chosen"}


def test_json_fits_its_published_schema() -> None:
    schema = json.loads((DOCS / "check.schema.json").read_text(encoding="utf-8"))
    validator = jsonschema_rs.validator_for(schema)
    report = json.loads(render_json([found(), checked(TEXT, path="b.yaml")]))
    validator.validate(report)
    del report["files"][0]["diagnostics"][0]["hint"]
    with pytest.raises(jsonschema_rs.ValidationError):
        validator.validate(report)


def test_the_document_of_the_contract_names_every_key() -> None:
    schema = json.loads((DOCS / "check.schema.json").read_text(encoding="utf-8"))
    text = (DOCS / "check-json.md").read_text(encoding="utf-8")
    assert [key for key in schema["$defs"]["diagnostic"]["required"] if f'"{key}"' not in text] == []


def sarif(*files: CheckedFile) -> dict[str, Any]:
    log: dict[str, Any] = json.loads(render_sarif(files, "1.2.3"))
    return log


def offset(text: str, line: int, column: int) -> int:
    return SourceText(text).offset(line, column)


def test_sarif_has_the_shape_of_the_standard() -> None:
    """The properties that SARIF 2.1.0 requires of each object in use, and the references between them."""
    log = sarif(found())
    assert log["version"] == "2.1.0" and log["$schema"].endswith("sarif-schema-2.1.0.json")
    (run,) = log["runs"]
    driver = run["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("gpu-compose", "1.2.3")
    assert run["columnKind"] == "unicodeCodePoints"
    for rule in driver["rules"]:
        assert rule["id"] and rule["shortDescription"]["text"] and rule["fullDescription"]["text"]
        assert rule["helpUri"].startswith("https://")
        assert rule["defaultConfiguration"]["level"] in {"none", "note", "warning", "error"}
    assert len(run["results"]) == 2
    for result in run["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in {"none", "note", "warning", "error"}
        assert result["message"]["text"]
        for place in (*result["locations"], *result.get("relatedLocations", ())):
            region = place["physicalLocation"]["region"]
            assert region.keys() == {"startLine", "startColumn", "endLine", "endColumn"}
            assert min(region.values()) >= 1
            assert place["physicalLocation"]["artifactLocation"]["uri"] == "compose.yaml"


def cases() -> list[CheckedFile]:
    """The report on every failing case: all rules, all that fixes and places may be."""
    files = []
    for path in case_paths("fail"):
        case = load_case(path)
        exists = None if case.files is None else case.file_exists
        name = f"{path.parent.name}/{path.name}"
        files.append(CheckedFile(name, check_text(case.text, case.environment, case.host, exists)))
    return files


def faults(log: dict[str, Any], schema: dict[str, Any]) -> list[str]:
    validator = jsonschema_rs.validator_for(schema, validate_formats=True)
    return [f"{error.instance_path}: {error.message}" for error in validator.iter_errors(log)][:10]


def test_sarif_of_every_case_fits_the_standard() -> None:
    """By the schema of our own; by the official one too where GPU_COMPOSE_SARIF_SCHEMA names its file."""
    log = sarif(*cases())
    assert len(log["runs"][0]["results"]) > 500
    assert faults(log, LOG) == []
    official = os.environ.get("GPU_COMPOSE_SARIF_SCHEMA")
    if official:
        schema = json.loads(Path(official).read_text(encoding="utf-8"))
        for definition in schema["definitions"].values():  # some editions have a pattern that is no regular expression
            definition.get("properties", {}).get("language", {}).pop("pattern", None)
        assert faults(log, schema) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("version",), "2.0.0"),
        (("runs", 0, "results", 0, "level"), "info"),
        (("runs", 0, "results", 0, "locations", 0, "physicalLocation", "region", "startLine"), 0),
        (("runs", 0, "results", 0, "fixes", 0, "artifactChanges", 0, "replacements"), []),
        (("runs", 0, "artifacts", 0, "location", "uri"), "a b.yaml"),
        (("runs", 0, "results", 0, "colour"), "red"),
    ],
)
def test_the_schema_of_our_own_sees_faults(path: tuple[str | int, ...], value: object) -> None:
    log: Any = sarif(found())
    assert faults(log, LOG) == []
    *way, last = path
    place = log
    for step in way:
        place = place[step]
    place[last] = value
    assert faults(log, LOG) != []


def test_sarif_has_no_fix_that_changes_nothing() -> None:
    nothing = Fix("change nothing", lambda: ())
    plain = diagnostic(TEXT, "count")
    mended = Diagnostic(plain.rule, plain.severity, Finding(plain.span, "x", "", nothing), "train", plain.path)
    (result,) = sarif(checked(TEXT, [mended]))["runs"][0]["results"]
    assert "fixes" not in result


def test_sarif_fix_makes_the_edit() -> None:
    """Who applies the replacement gets what our own fixer gives."""
    (fix,) = sarif(found())["runs"][0]["results"][0]["fixes"]
    ((replacement,),) = [change["replacements"] for change in fix["artifactChanges"]]
    region = replacement["deletedRegion"]
    start = offset(TEXT, region["startLine"], region["startColumn"])
    end = offset(TEXT, region["endLine"], region["endColumn"])
    edit = TextEdit(Span(start, end), replacement["insertedContent"]["text"])
    assert apply(TEXT, [edit]) == TEXT.replace("count", "amount")


def test_sarif_marks_what_a_comment_silences() -> None:
    first, second = sarif(found())["runs"][0]["results"]
    assert "suppressions" not in first
    assert second["suppressions"] == [{"kind": "inSource"}] and second["level"] == "note"
    assert "logicalLocations" not in second["locations"][0] and "fixes" not in second


def test_fingerprints_outlive_moved_lines_and_tell_twins_apart() -> None:
    def prints(text: str) -> list[str]:
        twice = [diagnostic(text, "count"), diagnostic(text, "count")]
        return [each["partialFingerprints"][FINGERPRINT] for each in sarif(checked(text, twice))["runs"][0]["results"]]

    assert prints(TEXT) == prints("# moved down\n\n" + TEXT)
    assert len(set(prints(TEXT))) == 2
    assert prints(TEXT) != prints(TEXT.replace("count: 1", "count: 2"))


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("a b/größe.yaml", "a%20b/gr%C3%B6%C3%9Fe.yaml"),
        ("/srv/compose.yaml", "file:///srv/compose.yaml"),
        ("a:b.yaml", "a%3Ab.yaml"),
    ],
)
def test_sarif_paths_are_uris(path: str, uri: str) -> None:
    run = sarif(checked(TEXT, [diagnostic(TEXT, "count")], path=path))["runs"][0]
    assert run["artifacts"][0]["location"]["uri"] == uri


def test_github_command() -> None:
    assert render_github([found()]) == (
        "::error file=compose.yaml,line=5,endLine=5,col=9,endColumn=14,title=DEV901 A request sets both count and ids"
        "::both `count` and `device_ids` are set%0Akeep one of them%0Athe ids are here: compose.yaml, line 6\n"
    )


def test_github_command_cannot_be_forged_by_a_file() -> None:
    """A line break in a value would begin a command of its own; a colon or comma would end a property."""
    text = "a: |\n  b\n  c\n"
    found = diagnostic(
        text, "b\n  c", message="100 % of `x\r\n::error::forged`", hint="", severity=Severity.INFO, path=()
    )
    (line,) = render_github([checked(text, [found], path="a:b,c.yaml")]).splitlines()
    assert line == (
        "::notice file=a%3Ab%2Cc.yaml,line=2,endLine=3,title=DEV901 A request sets both count and ids"
        "::100 %25 of `x%0D%0A::error::forged`"
    )


def test_a_clean_report_has_no_command() -> None:
    assert render_github([checked(TEXT)]) == ""
