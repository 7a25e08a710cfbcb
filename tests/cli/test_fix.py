"""`gpu-compose fix`: what it prints, writes and says."""

import os
import stat
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import BROKEN, CLEAN, OBSOLETE, Call


def test_prints_the_fixed_text(call: Call) -> None:
    Path("a.yaml").write_text(OBSOLETE, encoding="utf-8")
    answer = call("fix", "a.yaml")
    assert (answer.code, answer.out) == (0, CLEAN)
    assert Path("a.yaml").read_text(encoding="utf-8") == OBSOLETE
    first, last = answer.err.splitlines()
    assert first.startswith("gpu-compose: a.yaml:1: COM")
    assert last == "gpu-compose: a.yaml: 1 fix applied; left: no error, no warning"


def test_what_cannot_be_fixed_is_left_and_counted(call: Call) -> None:
    answer = call("fix", "-", stdin=BROKEN.encode())
    assert (answer.code, answer.out) == (1, BROKEN)
    assert answer.err == "gpu-compose: <stdin>: no fix applied; left: 1 error, no warning\n"


def test_mark_and_line_breaks_stay(call: Call) -> None:
    text = "\ufeff" + OBSOLETE.replace("\n", "\r\n")
    assert call("fix", "-", stdin=text.encode()).out == "\ufeff" + CLEAN.replace("\n", "\r\n")


@pytest.mark.parametrize("text", [OBSOLETE, OBSOLETE.replace("\n", "\r\n"), OBSOLETE.rstrip("\n"), "\ufeff" + OBSOLETE])
def test_the_diff_can_be_applied(call: Call, text: str) -> None:
    Path("a.yaml").write_bytes(text.encode())
    fixed = call("fix", "a.yaml").out
    Path("change.diff").write_bytes(call("fix", "--diff", "a.yaml").out.encode())
    subprocess.run(["git", "apply", "--whitespace=nowarn", "change.diff"], check=True)
    assert Path("a.yaml").read_bytes().decode() == fixed
    assert call("fix", "--diff", "a.yaml").out == ""


def test_in_place_keeps_mode_and_link(call: Call) -> None:
    Path("real.yaml").write_text(OBSOLETE, encoding="utf-8")
    os.chmod("real.yaml", 0o640)
    os.symlink("real.yaml", "a.yaml")
    answer = call("fix", "--in-place", "a.yaml")
    assert (answer.code, answer.out) == (0, "")
    assert Path("a.yaml").is_symlink() and Path("real.yaml").read_text(encoding="utf-8") == CLEAN
    assert stat.S_IMODE(os.stat("real.yaml").st_mode) == 0o640
    assert sorted(os.listdir()) == ["a.yaml", "real.yaml"]


def test_in_place_leaves_a_file_alone_that_needs_nothing(call: Call) -> None:
    Path("a.yaml").write_bytes(CLEAN.encode())
    before = os.stat("a.yaml")
    assert call("fix", "--in-place", "a.yaml").code == 0
    after = os.stat("a.yaml")
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_in_place_that_fails_loses_nothing(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("a.yaml").write_text(OBSOLETE, encoding="utf-8")

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("os.replace", refuse)
    answer = call("fix", "--in-place", "a.yaml")
    assert answer.code == 2
    assert answer.err == "gpu-compose: a.yaml: cannot be written: permission denied\n"
    assert Path("a.yaml").read_text(encoding="utf-8") == OBSOLETE and os.listdir() == ["a.yaml"]
