"""Which files a folder stands for, as Docker Compose looks for them, and where their variables come from."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from gpustack.commands.projects import DEFAULT_NAMES, OVERRIDE_NAMES, find_projects
from tests.cli.conftest import CLEAN, NEEDS_VARIABLE, Call
from tests.cli.test_check import write
from tests.oracle import ComposeOracle


def paths(call: Call, *named: str) -> list[str]:
    return [file["path"] for file in json.loads(call("check", "--format", "json", *named).out)["files"]]


def found(named: str) -> list[tuple[str, ...]]:
    return [project.paths for project in find_projects(named, lambda _: False)]


def config(oracle: ComposeOracle, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """`docker compose config` of the current folder, found as Compose finds it."""
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ} | variables
    command = [str(oracle.executable), "config"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=20, check=False)


def test_names_in_the_order_of_docker_compose(oracle: ComposeOracle) -> None:
    """Each name is chosen, by Compose and by us, when those before it are gone."""
    for name in (*DEFAULT_NAMES, *OVERRIDE_NAMES):
        write(name, f"services:\n  a:\n    image: x\n    labels: {{{name}: ''}}\n")
    for gone in range(len(DEFAULT_NAMES)):
        chosen = (DEFAULT_NAMES[gone], OVERRIDE_NAMES[gone])
        assert found(".") == [chosen]
        answer = config(oracle, {}).stdout
        assert [name for name in (*DEFAULT_NAMES, *OVERRIDE_NAMES) if f" {name}: " in answer] == list(chosen)
        for name in chosen:
            os.remove(name)


def test_a_folder_is_every_project_in_it(call: Call) -> None:
    write("compose.yaml", CLEAN)
    write("b/docker-compose.yml", CLEAN)
    write("a/deep/compose.yml", CLEAN)
    write("a/other.yaml", CLEAN)
    for skipped in (".git", "node_modules/package", ".venv/lib", "b/__pycache__"):
        write(f"{skipped}/compose.yaml", CLEAN)
    assert paths(call, ".") == ["compose.yaml", "a/deep/compose.yml", "b/docker-compose.yml"]
    assert paths(call, "b", "a") == ["b/docker-compose.yml", "a/deep/compose.yml"]
    assert paths(call, ".git") == [".git/compose.yaml"], "what is named is looked at"


def test_a_file_that_is_named_twice_is_checked_once(call: Call) -> None:
    write("compose.yaml", CLEAN)
    assert paths(call, "compose.yaml", ".", "compose.yaml") == ["compose.yaml"]


def test_an_override_belongs_to_its_project() -> None:
    write("compose.yaml", CLEAN)
    write("compose.override.yaml", "services: {web: {restart: 'no'}}\n")
    write("b/compose.override.yaml", CLEAN)
    assert found(".") == [("compose.yaml", "compose.override.yaml")]
    assert found("compose.yaml") == [("compose.yaml",)], "as with `docker compose -f`"


@pytest.mark.parametrize(
    ("values", "shell", "expected"),
    [
        ("COMPOSE_FILE=compose.yaml:gpu.yaml\n", None, ("compose.yaml", "gpu.yaml")),
        ("COMPOSE_FILE=gpu.yaml,compose.yaml\nCOMPOSE_PATH_SEPARATOR=,\n", None, ("gpu.yaml", "compose.yaml")),
        ("COMPOSE_FILE=compose.yaml\n", None, ("compose.yaml",)),
        ("F=gpu.yaml\nCOMPOSE_FILE=${F}\n", None, ("gpu.yaml",)),
        ("COMPOSE_FILE=compose.yaml\n", "gpu.yaml", ("gpu.yaml",)),
        ("OTHER=1\n", None, ("compose.yaml", "compose.override.yaml")),
    ],
)
def test_the_files_that_the_env_file_names(
    oracle: ComposeOracle, monkeypatch: pytest.MonkeyPatch, values: str, shell: str | None, expected: tuple[str, ...]
) -> None:
    names = ("compose.yaml", "compose.override.yaml", "gpu.yaml")
    for name in names:
        write(name, f"services:\n  a:\n    image: x\n    labels: {{{name}: ''}}\n")
    write(".env", values)
    variables = {} if shell is None else {"COMPOSE_FILE": shell}
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert found(".") == [expected]
    answer = config(oracle, variables).stdout
    assert {name for name in names if f" {name}: " in answer} == set(expected)


def test_an_env_file_of_another_folder_names_files_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPOSE_FILE", "nothing.yaml")
    write("a/.env", "COMPOSE_FILE=b.yaml\n")
    write("c/compose.yaml", CLEAN)
    write("c/.env", b"# caf\xe9 COMPOSE_FILE\n")
    assert found(".") == [("nothing.yaml",), ("a/b.yaml",), ("c/compose.yaml",)]


def test_a_folder_without_a_compose_file_does_not_hide_the_others(call: Call, folder: Path) -> None:
    (folder / "empty").mkdir()
    answer = call("check", "empty", write("a.yaml", CLEAN))
    assert answer.code == 2 and answer.out.startswith("a.yaml: no error")
    assert answer.err.startswith("gpu-compose: empty: no Compose file in it (looked for compose.yaml, ")


def test_each_project_has_its_own_variables(call: Call) -> None:
    for name in ("a", "b"):
        write(f"{name}/compose.yaml", NEEDS_VARIABLE)
    write("a/.env", "IMAGE=nginx:1.27\n")
    report = json.loads(call("check", "--format", "json", ".").out)
    assert [len(file["diagnostics"]) > 0 for file in report["files"]] == [False, True]


@pytest.mark.parametrize(
    ("variables", "code"),
    [
        ({}, 0),
        ({"COMPOSE_DISABLE_ENV_FILE": "1"}, 1),
        ({"COMPOSE_DISABLE_ENV_FILE": "false"}, 0),
        ({"COMPOSE_ENV_FILES": "empty.env"}, 1),
        ({"COMPOSE_ENV_FILES": "empty.env,full.env"}, 0),
        ({"COMPOSE_ENV_FILES": "full.env", "COMPOSE_DISABLE_ENV_FILE": "1"}, 0),
    ],
)
def test_variables_that_govern_env_files(
    call: Call,
    oracle: ComposeOracle,
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
    code: int,
) -> None:
    write(".env", "IMAGE=nginx:1.27\n")
    write("full.env", "IMAGE=nginx:1.27\n")
    write("empty.env", "")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert call("check", write("compose.yaml", NEEDS_VARIABLE)).code == code
    assert (config(oracle, variables).returncode == 0) is (code == 0)


def test_an_env_file_of_the_environment_that_is_not_there(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPOSE_ENV_FILES", "absent.env")
    answer = call("check", write("compose.yaml", CLEAN))
    assert (answer.code, answer.err) == (2, "gpu-compose: absent.env: no such file or directory\n")
