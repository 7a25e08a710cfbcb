"""`.gpu-compose.toml` and `[tool.gpu-compose]`: where they are found, what they say, what wins."""

import json
import tomllib
from pathlib import Path

import pytest

from gpustack.commands.settings_file import _READERS
from tests.cli.conftest import CLEAN, WARNED, Call
from tests.cli.test_check import DOCS, HOST, write

BOTH = WARNED.replace("services:", 'version: "3.8"\nservices:')  # COM080 and COM022


def codes(call: Call, *arguments: str) -> dict[str, list[str]]:
    answer = call("check", "--format", "json", *arguments)
    assert answer.err == "" and answer.code in (0, 1)
    return {file["path"]: [each["code"] for each in file["diagnostics"]] for file in json.loads(answer.out)["files"]}


# -- where they are found


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (".gpu-compose.toml", 'ignore = ["COM080"]\n'),
        ("pyproject.toml", '[tool.gpu-compose]\nignore = ["COM080"]\n'),
    ],
)
@pytest.mark.parametrize("where", ["", "a/", "a/b/"])
def test_settings_are_found_upwards_from_the_file(call: Call, name: str, text: str, where: str) -> None:
    write(where + name, text)
    assert codes(call, write("a/b/compose.yaml", BOTH)) == {"a/b/compose.yaml": ["COM022"]}


def test_the_nearest_file_counts_alone(call: Call) -> None:
    write(".gpu-compose.toml", 'ignore = ["COM022"]\n')
    write("a/.gpu-compose.toml", 'ignore = ["COM080"]\n')
    write("a/pyproject.toml", '[tool.gpu-compose]\nignore = ["COM"]\n')
    write("a/b/pyproject.toml", '[project]\nname = "x"\n')
    write("a/b/c/compose.yaml", BOTH)
    write("compose.yaml", BOTH)
    assert codes(call, ".") == {"compose.yaml": ["COM080"], "a/b/c/compose.yaml": ["COM022"]}


def test_standard_input_has_those_of_the_current_folder(call: Call) -> None:
    write(".gpu-compose.toml", 'select = ["DEV"]\n')
    assert call("check", "-", stdin=BOTH.encode()).out.startswith("<stdin>: no error, no warning")


def test_a_file_can_be_named_or_none_be_wanted(call: Call) -> None:
    path = write("compose.yaml", BOTH)
    write(".gpu-compose.toml", 'ignore = ["COM022"]\n')
    write("other/mine.toml", 'ignore = ["COM"]\n')
    write("other/pyproject.toml", '[tool.gpu-compose]\nignore = ["COM080"]\n')
    assert codes(call, "--no-config", path) == {path: ["COM080", "COM022"]}
    assert codes(call, "--config", "other/mine.toml", path) == {path: []}
    assert codes(call, "--config", "other/pyproject.toml", path) == {path: ["COM022"]}


@pytest.mark.parametrize(
    "table",
    [
        '[tool."gpu-compose"]\nignore = ["COM"]',
        '[ "tool" . gpu-compose ]\nignore = ["COM"]',
        '[tool]\ngpu-compose.ignore = ["COM"]',
        'tool = {gpu-compose = {ignore = ["COM"]}}',
        'tool.gpu-compose.ignore = ["COM"]',
    ],
)
def test_the_table_may_be_written_in_any_way(call: Call, table: str) -> None:
    write("pyproject.toml", f"{table}\n")
    assert codes(call, write("compose.yaml", BOTH)) == {"compose.yaml": []}


# -- what they say


def test_select_and_ignore(call: Call) -> None:
    path = write("compose.yaml", BOTH)
    write(".gpu-compose.toml", 'select = ["com"]\nignore = ["COM08"]\n')
    assert codes(call, path) == {path: ["COM022"]}


def test_severity(call: Call) -> None:
    path = write("compose.yaml", BOTH)
    write(".gpu-compose.toml", '[severity]\nCOM = "info"\nCOM022 = "error"\n')
    answer = call("check", "--format", "json", path)
    found = {each["code"]: each["severity"] for each in json.loads(answer.out)["files"][0]["diagnostics"]}
    assert found == {"COM080": "info", "COM022": "error"} and answer.code == 1


def test_strict(call: Call) -> None:
    path = write("compose.yaml", BOTH)
    write(".gpu-compose.toml", "strict = true\n")
    assert call("check", path).code == 1
    assert call("check", "--no-strict", path).code == 0
    assert call("check", "--no-config", path).code == 0


def test_host_lies_beside_the_settings(call: Call) -> None:
    write("hosts/gpu.xml", (HOST / "smi.xml").read_bytes())
    write(".gpu-compose.toml", 'host = "hosts/gpu.xml"\n')
    path = write("a/compose.yaml", CLEAN)
    for command in ("check", "fix"):
        assert call(command, path).code == 0
    assert "checked host against" in call("check", path).out
    write("empty.xml", "")
    assert call("check", "--host", "empty.xml", path).err.startswith("gpu-compose: empty.xml: ")
    write(".gpu-compose.toml", 'host = "absent.xml"\n')
    answer = call("check", path)
    assert answer.code == 2 and answer.err.endswith("absent.xml: no such file or directory\n")


def test_per_file_ignores(call: Call) -> None:
    write(".gpu-compose.toml", 'ignore = ["COM080"]\n[per-file-ignores]\n"legacy/*" = ["COM022"]\n')
    for name in ("compose.yaml", "legacy/a/compose.yaml", "not-legacy/compose.yaml"):
        write(name, BOTH)
    assert codes(call, ".") == {
        "compose.yaml": ["COM022"],
        "legacy/a/compose.yaml": [],
        "not-legacy/compose.yaml": ["COM022"],
    }


def test_exclude_is_for_what_a_walk_finds(call: Call) -> None:
    write(".gpu-compose.toml", 'exclude = ["./tests/", "*/old-*"]\n')
    for name in ("compose.yaml", "tests/deep/compose.yaml", "a/old-1/compose.yaml", "a/new/compose.yaml"):
        write(name, CLEAN)
    assert list(codes(call, ".")) == ["compose.yaml", "a/new/compose.yaml"]
    assert list(codes(call, "tests/deep/compose.yaml")) == ["tests/deep/compose.yaml"]


def test_fix_keeps_to_them(call: Call) -> None:
    path = write("compose.yaml", BOTH)
    write(".gpu-compose.toml", 'ignore = ["COM080"]\n')
    assert call("fix", path).out == BOTH
    assert call("fix", "--no-config", path).out == WARNED


def test_export_takes_the_host(call: Call) -> None:
    write(".gpu-compose.toml", 'host = "absent.xml"\n')
    assert call("export", "--to", "gpus", write("compose.yaml", CLEAN)).code == 2


# -- the command line wins


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], ["COM022"]),
        (["--select", "COM080"], ["COM080"]),
        (["--select", "COM"], ["COM080", "COM022"]),
        (["--ignore", "COM022"], []),
        (["--ignore", "DEV"], ["COM022"]),
    ],
)
def test_select_sets_aside_what_the_file_selects_and_ignores(
    call: Call, options: list[str], expected: list[str]
) -> None:
    path = write("compose.yaml", BOTH)
    write(".gpu-compose.toml", 'select = ["COM"]\nignore = ["COM080"]\n')
    assert codes(call, *options, path) == {path: expected}


# -- what cannot be


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("selct = []", ": there is no key `selct`; did you mean `select`?"),
        ("colour = 1", ": there is no key `colour`"),
        ('select = "DEV"', ': `select` has to be a list of strings, such as ["COM080"]'),
        ("ignore = [80]", ': `ignore` has to be a list of strings, such as ["COM080"]'),
        ('select = ["DEX101"]', ": `select`: no rule's code begins with `DEX101`; did you mean `DEV101`?"),
        ('select = [""]', ": `select`: no rule's code begins with ``"),
        ("severity = 1", ": `severity` has to be a table"),
        ('severity = {DEV = "fatal"}', ": `severity`: DEV has to be one of error, warning, info, not 'fatal'"),
        ('severity = {XYZ = "info"}', ": `severity`: no rule's code begins with `XYZ`"),
        ("host = 3", ": `host` has to be the path of a file"),
        ('strict = "yes"', ": `strict` has to be true or false"),
        ("exclude = 1", ": `exclude` has to be a list of strings"),
        ('per-file-ignores = ["COM"]', ": `per-file-ignores` has to be a table"),
        ('per-file-ignores = {"a" = ["XYZ"]}', ": `per-file-ignores`: a: no rule's code begins with `XYZ`"),
        ("select = [", ": this is not TOML: "),
    ],
)
@pytest.mark.parametrize("form", [".gpu-compose.toml", "pyproject.toml"])
def test_mistakes_are_one_clear_line(call: Call, text: str, said: str, form: str) -> None:
    write(form, text if form == ".gpu-compose.toml" else f"[tool.gpu-compose]\n{text}\n")
    answer = call("check", write("compose.yaml", CLEAN), write("b.yaml", CLEAN))
    assert (answer.code, answer.out) == (2, "") and answer.err.count("\n") == 1
    assert answer.err.startswith("gpu-compose: ") and form in answer.err and said in answer.err
    if form == "pyproject.toml" and "TOML" not in said:
        assert "pyproject.toml: [tool.gpu-compose]" in answer.err


@pytest.mark.parametrize("text", ["[tool]\n", "[tool.gpu-compose-other]\n", "# gpu-compose\n", ""])
def test_a_pyproject_without_the_table_is_passed_over(call: Call, text: str) -> None:
    write(".gpu-compose.toml", 'ignore = ["COM"]\n')
    write("a/pyproject.toml", text)
    assert codes(call, write("a/compose.yaml", BOTH)) == {"a/compose.yaml": []}


def test_a_table_that_is_none(call: Call) -> None:
    write("pyproject.toml", "[tool]\ngpu-compose = 3\n")
    answer = call("check", write("compose.yaml", CLEAN))
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.endswith("pyproject.toml: [tool.gpu-compose]: has to be a table\n")


def test_settings_that_are_not_utf8(call: Call) -> None:
    write(".gpu-compose.toml", b"# caf\xe9\n")
    answer = call("check", write("compose.yaml", CLEAN))
    assert answer.code == 2 and "not UTF-8" in answer.err


# -- their description


def test_every_key_is_described_and_every_example_is_true(call: Call) -> None:
    text = (DOCS / "configuration.md").read_text(encoding="utf-8")
    assert [key for key in _READERS if f"`{key}`" not in text] == []
    examples = [part.split("```")[0] for part in text.split("```toml\n")[1:]]
    assert len(examples) >= 2
    for example in examples:
        name = "pyproject.toml" if "[tool" in example else ".gpu-compose.toml"
        assert tomllib.loads(example)
        write(f"x/{name}", example)
        write("x/hosts/gpu-server.json", call("host", "convert", str(HOST / "smi.xml")).out)
        answer = call("check", write("x/compose.yaml", CLEAN))
        assert (answer.code, answer.err) == (0, "")
        (Path("x") / name).unlink()
