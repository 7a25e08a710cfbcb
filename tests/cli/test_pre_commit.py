"""The hooks for pre-commit: whole, and doing what they say when pre-commit calls them with the files of a commit."""

import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from gpustack.commands.projects import DEFAULT_NAMES, OVERRIDE_NAMES
from tests.cli.conftest import BROKEN, CLEAN, OBSOLETE, program
from tests.cli.test_check import DOCS, write

HOOKS: list[dict[str, Any]] = yaml.safe_load((DOCS.parent / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
BY_ID = {hook["id"]: hook for hook in HOOKS}


def commit(hook: str, *paths: str) -> subprocess.CompletedProcess[bytes]:
    """What pre-commit does: the entry, the arguments, and those of the files that fit, in one call."""
    words = shlex.split(BY_ID[hook]["entry"])
    assert words[0] == "gpu-compose"
    fitting = [path for path in paths if re.search(BY_ID[hook]["files"], path)]
    return program(*words[1:], *BY_ID[hook].get("args", ()), *fitting)


def test_each_hook_has_what_pre_commit_asks_for() -> None:
    assert list(BY_ID) == ["gpu-compose-check", "gpu-compose-fix"]
    for hook in HOOKS:
        assert {"id", "name", "entry", "language"} <= hook.keys()
        assert hook["language"] == "python" and hook["types"] == ["text"]


@pytest.mark.parametrize("hook", BY_ID)
def test_files_are_those_that_compose_looks_for(hook: str) -> None:
    pattern = re.compile(BY_ID[hook]["files"])
    names = [*DEFAULT_NAMES, *(f"deep/er/{name}" for name in DEFAULT_NAMES)]
    assert all(pattern.search(name) for name in names)
    others = [*OVERRIDE_NAMES, "mycompose.yaml", "compose.yaml.bak", "compose.txt", "compose/x.yaml", "xcompose.yml"]
    assert not any(pattern.search(name) for name in others)


def test_check_passes_and_fails() -> None:
    good, bad, other = write("compose.yaml", CLEAN), write("a/compose.yml", BROKEN), write("other.yaml", BROKEN)
    assert commit("gpu-compose-check", good, other).returncode == 0
    answer = commit("gpu-compose-check", good, bad, other)
    assert answer.returncode == 1 and b"a/compose.yml:4:13: error[COM001]" in answer.stdout


def test_fix_changes_the_files_and_tells() -> None:
    """pre-commit itself fails a hook that changed a file."""
    paths = [write("compose.yaml", OBSOLETE), write("a/compose.yml", OBSOLETE)]
    answer = commit("gpu-compose-fix", *paths)
    assert answer.returncode == 0 and answer.stdout == b""
    assert answer.stderr.count(b"1 fix applied") == 2
    assert {Path(path).read_text(encoding="utf-8") for path in paths} == {CLEAN}
    assert commit("gpu-compose-fix", write("b/compose.yml", BROKEN)).returncode == 1


def test_the_documentation_shows_both() -> None:
    text = (DOCS / "configuration.md").read_text(encoding="utf-8")
    example, own = [part.split("```")[0] for part in text.split("```yaml\n")[1:] if part.startswith("repos:")]
    assert [hook["id"] for hook in yaml.safe_load(example)["repos"][0]["hooks"]] == list(BY_ID)
    write("compose.yaml", CLEAN)
    write("compose.gpu.yaml", "services: {web: {gpus: [{count: 1}]}}\n")
    (hook,) = yaml.safe_load(own)["repos"][0]["hooks"]
    assert all(re.search(hook["files"], name) for name in ("compose.yaml", "compose.gpu.yaml"))
    assert program(*shlex.split(hook["entry"])[1:]).returncode == 0
