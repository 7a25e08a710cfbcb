"""`gpu-compose check`: exit codes, formats, where values come from."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import jsonschema_rs
import pytest

from tests.cli.conftest import BROKEN, CLEAN, NEEDS_VARIABLE, OBSOLETE, WARNED, Call, program

DOCS = Path(__file__).resolve().parent.parent.parent / "docs"
HOST = Path(__file__).resolve().parent.parent / "hosts" / "data" / "h200-x2"


def write(name: str, text: str | bytes) -> str:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return name


@pytest.mark.parametrize(
    ("text", "options", "code"),
    [(CLEAN, [], 0), (CLEAN, ["--strict"], 0), (BROKEN, [], 1), (WARNED, [], 0), (WARNED, ["--strict"], 1)],
)
def test_exit_code(call: Call, text: str, options: list[str], code: int) -> None:
    answer = call("check", *options, write("compose.yaml", text))
    assert (answer.code, answer.err) == (code, "")


def test_text_shows_the_line(call: Call) -> None:
    answer = call("check", write("compose.yaml", BROKEN))
    assert answer.out.startswith("compose.yaml:4:13: error[COM001]: ")
    assert "\n 4 |      command: top\n   |             ^" in answer.out
    assert "not checked: schema, compose, gpu, host, practice (" in answer.out


def test_standard_input(call: Call) -> None:
    answer = call("check", "-", stdin=BROKEN.encode())
    assert answer.code == 1 and answer.out.startswith("<stdin>:4:13: error[COM001]: ")


@pytest.mark.parametrize("change", ["mark", "crlf", "cr", "both"])
@pytest.mark.parametrize("text", [BROKEN, OBSOLETE])
def test_places_do_not_hang_on_how_the_file_is_stored(call: Call, text: str, change: str) -> None:
    plain = json.loads(call("check", "--format", "json", write("compose.yaml", text)).out)
    if change in ("crlf", "both"):
        text = text.replace("\n", "\r\n")
    if change == "cr":
        text = text.replace("\n", "\r")
    if change in ("mark", "both"):
        text = "\ufeff" + text
    assert json.loads(call("check", "--format", "json", write("compose.yaml", text)).out) == plain


@pytest.mark.parametrize(
    "text", [CLEAN, BROKEN, OBSOLETE, "", "- a\n", "services: []\n", "a: \x00\n", "services: {a: *x}"]
)
def test_json_fits_its_schema(call: Call, text: str) -> None:
    schema = json.loads((DOCS / "check.schema.json").read_text(encoding="utf-8"))
    answer = call("check", "--format", "json", write("compose.yaml", text))
    report = json.loads(answer.out)
    jsonschema_rs.validator_for(schema).validate(report)
    assert answer.code == (1 if report["summary"]["errors"] else 0)
    assert report["files"][0]["path"] == "compose.yaml"


@pytest.mark.parametrize("form", ["sarif", "github"])
def test_other_formats(call: Call, form: str) -> None:
    answer = call("check", "--format", form, write("compose.yaml", BROKEN))
    assert answer.code == 1 and "COM001" in answer.out
    if form == "sarif":
        assert json.loads(answer.out)["runs"][0]["tool"]["driver"]["version"][0].isdigit()


def test_several_files_are_reported_in_order(call: Call) -> None:
    answer = call("check", "--format", "json", write("b.yaml", CLEAN), write("a.yaml", BROKEN))
    assert [file["path"] for file in json.loads(answer.out)["files"]] == ["b.yaml", "a.yaml"]
    assert answer.code == 1


def test_an_unusable_file_does_not_hide_the_others(call: Call) -> None:
    answer = call("check", "absent.yaml", write("a.yaml", BROKEN))
    assert answer.code == 2 and answer.out.startswith("a.yaml:4:13: error")
    assert answer.err == "gpu-compose: absent.yaml: no such file or directory\n"


# -- the values of variables


def test_variable_comes_from_dot_env_beside_the_file(call: Call) -> None:
    path = write("project/compose.yaml", NEEDS_VARIABLE)
    write(".env", "IMAGE=nginx:1.27\n")
    assert call("check", path).code == 1, "the .env of the current folder is not the project's"
    write("project/.env", "IMAGE=nginx:1.27\n")
    assert call("check", path).code == 0


def test_env_file_replaces_dot_env(call: Call) -> None:
    path = write("compose.yaml", NEEDS_VARIABLE)
    write(".env", "IMAGE=nginx:1.27\n")
    write("other.env", "NOTHING=1\n")
    assert call("check", "--env-file", "other.env", path).code == 1
    write("third.env", "IMAGE=nginx:1.27\n")
    assert call("check", "--env-file", "other.env", "--env-file", "third.env", path).code == 0


def test_the_process_environment_goes_first(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write("compose.yaml", NEEDS_VARIABLE)
    monkeypatch.setenv("IMAGE", "")
    write(".env", "IMAGE=nginx:1.27\n")
    assert call("check", path).code == 1, "an empty value of the shell hides that of .env, as in Docker Compose"
    monkeypatch.setenv("IMAGE", "nginx:1.27")
    os.remove(".env")
    assert call("check", path).code == 0


def test_project_name_is_that_of_the_folder(call: Call) -> None:
    text = CLEAN.replace("nginx:1.27", "${COMPOSE_PROJECT_NAME:?unset}:1.27")
    assert call("check", write("My Project/compose.yaml", text)).code == 0


def test_env_file_on_standard_input(call: Call) -> None:
    path = write("compose.yaml", NEEDS_VARIABLE)
    assert call("check", "--env-file", "-", path, stdin=b"IMAGE=nginx:1.27\n").code == 0


def test_an_env_file_that_compose_refuses(call: Call) -> None:
    write(".env", "GOOD=1\nBAD NAME=2\n")
    answer = call("check", write("compose.yaml", CLEAN))
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith("gpu-compose: ") and ".env:2: the name `BAD NAME` has a space in it" in answer.err


# -- the host


@pytest.mark.parametrize("name", ["smi.xml", "smi-L.txt", "query.csv", "smi.txt"])
def test_host_in_any_format(call: Call, name: str) -> None:
    answer = call("check", "--format", "json", "--host", str(HOST / name), write("compose.yaml", CLEAN))
    layers = {layer["name"]: layer for layer in json.loads(answer.out)["files"][0]["layers"]}
    assert layers["host"]["ran"] and answer.code == 0


def test_host_as_snapshot_json(call: Call) -> None:
    write("host.json", call("host", "convert", str(HOST / "smi.xml")).out)
    answer = call("check", "--host", "host.json", write("compose.yaml", CLEAN))
    assert answer.code == 0 and "checked host against" in answer.out


@pytest.mark.parametrize("content", ["", "{", '{"version": 99}', "hello", (HOST / "smi.xml").read_text()[:900]])
def test_unreadable_host(call: Call, content: str) -> None:
    answer = call("check", "--host", write("host.txt", content), write("compose.yaml", CLEAN))
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith("gpu-compose: host.txt: ") and answer.err.count("\n") == 1


# -- as a program


def test_check_imports_no_web_framework_and_no_library_of_a_host() -> None:
    """Start-up time is most of a small check; and a machine without Docker or a driver checks as well as any."""
    script = (
        "import sys; from gpustack.cli import main; code = main(sys.argv[1:]);"
        "loaded = {name.partition('.')[0] for name in sys.modules};"
        "heavy = {'django', 'docker', 'pynvml', 'asyncio', 'requests', 'pygments', 'markdown_it'};"
        "sys.exit(f'imported {sorted(loaded & heavy)}' if loaded & heavy else code)"
    )
    path = write("compose.yaml", CLEAN)
    root = str(DOCS.parent)
    finished = subprocess.run(
        [sys.executable, "-c", script, "check", path],
        env={"PYTHONPATH": root},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr


def test_a_colour_is_for_terminals_only() -> None:
    path = write("compose.yaml", BROKEN)
    assert b"\x1b" not in program("check", path).stdout


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [({"TERM": "xterm"}, True), ({"TERM": "xterm", "NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)],
)
def test_colour_on_a_terminal(environment: dict[str, str], coloured: bool) -> None:
    path = write("compose.yaml", BROKEN)
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "gpustack", "check", path],
        env={"PYTHONPATH": str(DOCS.parent), **environment},
        stdout=theirs,
    )
    process.wait(timeout=60)
    os.close(theirs)
    shown = os.read(ours, 65536)
    os.close(ours)
    assert process.returncode == 1 and (b"\x1b[1;31merror" in shown) is coloured


def test_the_locale_does_not_matter() -> None:
    text = CLEAN.replace("web", "größe") + "     x: 東京\n"
    path = write("compose.yaml", text)
    answers = {program("check", path, environment={"LC_ALL": name}).stdout for name in ("C", "POSIX", "C.UTF-8")}
    assert len(answers) == 1 and "東京".encode() in answers.pop()
