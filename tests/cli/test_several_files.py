"""Projects of several files: `-f A -f B`, override files, bases and includes."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Call

BASE = "services:\n  train:\n    image: example/train:1\n    restart: always\n    gpus:\n      - count: 1\n"
OVER = 'services:\n  train:\n    shm_sizes: 1g\n    gpus:\n      - device_ids: ["1"]\n'


@pytest.fixture
def pair(folder: Path) -> Path:
    (folder / "a.yaml").write_text(BASE)
    (folder / "b.yaml").write_text(OVER)
    return folder


def codes(out: str) -> dict[str, list[tuple[str, int]]]:
    """The findings on Compose files and device requests, remarks left out, by the path of their file."""
    return {
        file["path"]: [
            (each["code"], each["line"])
            for each in file["diagnostics"]
            if each["severity"] != "info" and each["code"].startswith(("COM", "DEV"))
        ]
        for file in json.loads(out)["files"]
    }


def test_places_are_those_of_each_file(pair: Path, call: Call) -> None:
    answer = call("check", "-f", "a.yaml", "-f", "b.yaml", "--format", "json")
    assert codes(answer.out) == {"a.yaml": [], "b.yaml": [("COM010", 3), ("DEV512", 5)]}
    appended = json.loads(answer.out)["files"][1]["diagnostics"][1]
    assert appended["related"] == [{"path": "a.yaml", "line": 6, "column": 9, "message": "requested here already"}]
    assert appended["path"] == ["services", "train", "gpus", 1, "device_ids"]
    assert answer.code == 1


def test_an_override_alone_is_incomplete_and_together_with_its_base_is_not(pair: Path, call: Call) -> None:
    (pair / "b.yaml").write_text("services:\n  train:\n    restart: always\n")
    assert "COM030" in call("check", "b.yaml").out
    assert call("check", "-f", "a.yaml", "-f", "b.yaml", "--strict", "--select", "COM,DEV").code == 0


def test_text_shows_the_other_file(pair: Path, call: Call) -> None:
    out = call("check", "-f", "a.yaml", "-f", "b.yaml", "--select", "COM,DEV").out
    assert "b.yaml:5:9: warning[DEV512]" in out
    assert " --> a.yaml:6:9\n 6 |       - count: 1\n   |         ----- requested here already" in out
    assert out.rstrip().endswith("in all: 1 error, 1 warning")


def test_sarif_points_into_the_other_file(pair: Path, call: Call) -> None:
    log = json.loads(call("check", "-f", "a.yaml", "-f", "b.yaml", "--format", "sarif").out)
    (result,) = [each for each in log["runs"][0]["results"] if each["ruleId"] == "DEV512"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "b.yaml"
    related = result["relatedLocations"][0]["physicalLocation"]
    assert (related["artifactLocation"]["uri"], related["region"]["startLine"]) == ("a.yaml", 6)
    (change,) = result["fixes"][0]["artifactChanges"]
    assert change["artifactLocation"]["uri"] == "b.yaml"
    assert change["replacements"][0]["deletedRegion"]["startLine"] == 4


def test_github_names_the_file(pair: Path, call: Call) -> None:
    out = call("check", "-f", "a.yaml", "-f", "b.yaml", "--format", "github").out
    assert "::error file=b.yaml,line=3," in out


def test_the_override_file_of_a_folder_belongs_to_it(pair: Path, call: Call) -> None:
    (pair / "a.yaml").rename(pair / "compose.yaml")
    (pair / "b.yaml").rename(pair / "compose.override.yaml")
    answer = call("check", ".", "--format", "json")
    assert codes(answer.out) == {"compose.yaml": [], "compose.override.yaml": [("COM010", 3), ("DEV512", 5)]}


def test_fix_writes_each_file(pair: Path, call: Call) -> None:
    (pair / "a.yaml").write_text(f'version: "3"\n{BASE}')
    answer = call("fix", "-f", "a.yaml", "-f", "b.yaml", "--in-place", "--select", "COM,DEV")
    assert (answer.code, answer.out) == (0, "")
    assert (pair / "a.yaml").read_text() == BASE
    assert (pair / "b.yaml").read_text() == OVER.replace("shm_sizes", "shm_size")
    assert "a.yaml:1: COM080" in answer.err and "b.yaml:3: COM010" in answer.err
    call("fix", "-f", "a.yaml", "-f", "b.yaml", "--in-place", "--unsafe", "--select", "COM,DEV")
    assert (pair / "b.yaml").read_text().endswith('    gpus: !override\n      - device_ids: ["1"]\n')
    assert call("check", "-f", "a.yaml", "-f", "b.yaml", "--strict", "--select", "COM,DEV").code == 0


def test_fix_shows_the_difference_of_each_file(pair: Path, call: Call) -> None:
    answer = call("fix", "-f", "a.yaml", "-f", "b.yaml", "--diff")
    assert "+++ b/b.yaml" in answer.out and "+++ b/a.yaml" not in answer.out
    assert (pair / "b.yaml").read_text() == OVER


def test_fix_prints_one_file_only(pair: Path, call: Call) -> None:
    answer = call("fix", "-f", "a.yaml", "-f", "b.yaml")
    assert answer == (2, "", "gpu-compose: several files need --in-place or --diff\n")


def test_paths_are_from_the_folder_of_the_first_file(folder: Path, call: Call) -> None:
    for name in ("here", "there"):
        (folder / name).mkdir()
    (folder / "here/a.yaml").write_text(BASE)
    (folder / "there/b.yaml").write_text("services:\n  train:\n    env_file: [one.env, two.env]\n")
    (folder / "here/one.env").write_text("A=1\n")
    (folder / "there/two.env").write_text("A=1\n")
    out = call("check", "-f", "here/a.yaml", "-f", "there/b.yaml", "--format", "json").out
    assert codes(out) == {"here/a.yaml": [], "there/b.yaml": [("COM071", 3)]}
    assert "no file `two.env`" in out


def test_bases_of_other_files_have_their_own_folder(folder: Path, call: Call) -> None:
    (folder / "sub/deep").mkdir(parents=True)
    extending = "services:\n  train:\n    extends: {service: base, file: sub/base.yaml}\n"
    (folder / "compose.yaml").write_text(extending)
    deeper = "services:\n  base:\n    extends: {service: core, file: deep/core.yaml}\n    env_file: [b.env, a.env]\n"
    (folder / "sub/base.yaml").write_text(deeper)
    (folder / "sub/a.env").write_text("A=1\n")
    core = "services:\n  core:\n    image: redis:7.4\n    restart: always\n    env_file: c.env\n    foo: 1\n"
    (folder / "sub/deep/core.yaml").write_text(core)
    answer = call("check", "compose.yaml", "--format", "json")
    assert codes(answer.out) == {
        "compose.yaml": [],
        "sub/base.yaml": [("COM071", 4)],
        "sub/deep/core.yaml": [("COM071", 5), ("COM010", 6)],
    }
    assert "no file `sub/deep/c.env`" in answer.out


def test_includes_have_their_own_variables(folder: Path, call: Call) -> None:
    (folder / "sub").mkdir()
    (folder / "compose.yaml").write_text("include: [sub/store.yaml]\n" + BASE)
    (folder / "sub/store.yaml").write_text("services:\n  store:\n    image: redis:${TAG}\n    restart: always\n")
    assert codes(call("check", "compose.yaml", "--format", "json").out)["sub/store.yaml"] != []
    (folder / "sub/.env").write_text("TAG=7.4\n")
    assert codes(call("check", "compose.yaml", "--format", "json").out) == {"compose.yaml": [], "sub/store.yaml": []}


def test_fix_leaves_files_alone_that_were_not_named(folder: Path, call: Call) -> None:
    (folder / "compose.yaml").write_text("services:\n  train:\n    extends: {service: base, file: base.yaml}\n")
    base = "services:\n  base:\n    image: redis:7.4\n    restat: always\n"
    (folder / "base.yaml").write_text(base)
    answer = call("fix", "compose.yaml", "--in-place")
    assert answer.code == 1 and "no fix applied; left: 1 error" in answer.err
    assert (folder / "base.yaml").read_text() == base
    assert "fix available" not in call("check", "compose.yaml").out


def test_a_base_that_is_not_there(folder: Path, call: Call) -> None:
    (folder / "compose.yaml").write_text("services:\n  train:\n    extends: {service: base, file: base.yaml}\n")
    assert codes(call("check", "compose.yaml", "--format", "json").out) == {"compose.yaml": [("COM072", 3)]}
    (folder / "base.yaml").write_text("services:\n  bass:\n    image: redis:7.4\n")
    out = call("check", "compose.yaml", "--format", "json").out
    assert ("COM037", 3) in codes(out)["compose.yaml"] and "Did you mean `bass`?" in out


def test_a_comment_silences_its_own_file(pair: Path, call: Call) -> None:
    (pair / "a.yaml").write_text(f"# gpu-compose: ignore-file[COM010]\n{BASE}    foo: 1\n")
    out = call("check", "-f", "a.yaml", "-f", "b.yaml", "--format", "json").out
    assert codes(out) == {"a.yaml": [], "b.yaml": [("COM010", 3), ("DEV512", 5)]}
    (pair / "b.yaml").write_text(OVER.replace("1g", "1g  # gpu-compose: ignore[COM010] known"))
    out = call("check", "-f", "a.yaml", "-f", "b.yaml", "--format", "json").out
    assert codes(out)["b.yaml"] == [("DEV512", 5)]


def test_a_file_that_does_not_parse(pair: Path, call: Call) -> None:
    (pair / "b.yaml").write_text("services:\n  train:\n   - a\n  b: [\n")
    answer = call("check", "-f", "a.yaml", "-f", "b.yaml", "--format", "json")
    assert answer.code == 1
    assert [code for code, _ in codes(answer.out)["b.yaml"]] == ["COM001"]


def test_standard_input_is_one_of_the_files(pair: Path, call: Call) -> None:
    answer = call("check", "-f", "a.yaml", "-f", "-", "--format", "json", stdin=OVER.encode())
    assert codes(answer.out) == {"a.yaml": [], "<stdin>": [("COM010", 3), ("DEV512", 5)]}


def test_nothing_is_named(call: Call) -> None:
    assert "the following arguments are required: FILE" in call("check").err
    assert call("fix", "--in-place").code == 2
