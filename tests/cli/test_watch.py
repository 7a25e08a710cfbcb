"""`gpu-compose check --watch`, as a program of its own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.conftest import BROKEN, CLEAN, WARNED

ROOT = Path(__file__).resolve().parent.parent.parent
LONGEST_WAIT = 20.0  # seconds


class Watcher:
    """A running `--watch`, whose lines on standard error are read as they come."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self.process = process
        self.log = log
        self.seen = 0

    def round(self) -> str:
        """The line that ends the next check, without its time."""
        end = time.monotonic() + LONGEST_WAIT
        while time.monotonic() < end:
            lines = [each for each in self.log.read_text("utf-8").splitlines() if "watching" in each]
            if len(lines) > self.seen:
                self.seen += 1
                return lines[self.seen - 1].partition(": ")[2].partition(": ")[2]
            time.sleep(0.02)
        raise AssertionError(f"no check within {LONGEST_WAIT} s: {self.log.read_text('utf-8')}")

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(LONGEST_WAIT)


def let_interrupt() -> None:
    """A shell without job control starts what runs in its background with Ctrl-C ignored, and so are our children."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@contextmanager
def watching(*arguments: str) -> Iterator[Watcher]:
    Path("log").mkdir(exist_ok=True)
    with open("log/out", "wb") as out, open("log/err", "wb") as err:
        process = subprocess.Popen(
            [sys.executable, "-m", "gpustack", "check", "--watch", *arguments],
            env={"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]},
            stdout=out,
            stderr=err,
            preexec_fn=let_interrupt,
        )
        try:
            yield Watcher(process, Path("log/err"))
        finally:
            process.kill()
            process.wait()


def write(name: str, text: str) -> None:
    """As editors save: a new file takes the old one's name."""
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.tmp")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


def test_each_change_is_checked_and_the_last_code_is_kept() -> None:
    write("project/compose.yaml", CLEAN)
    with watching("project/compose.yaml") as watcher:
        assert watcher.round() == "no error, no warning; watching for changes, Ctrl-C ends"
        write("project/compose.yaml", BROKEN)
        assert watcher.round().startswith("1 error, no warning; ")
        Path("project/compose.yaml").unlink()
        assert watcher.round().startswith("nothing could be checked; ")
        write("project/compose.yaml", WARNED)
        assert watcher.round().startswith("no error, 1 warning; ")
        write("project/.env", "UNKNOWN_NAME=x\n")
        assert watcher.round().startswith("no error, no warning; ")
        write("project/.gpu-compose.toml", "strict = true\n")
        assert watcher.round().startswith("no error, no warning; ")
        write("project/.env", "OTHER=x\n")
        assert watcher.round().startswith("no error, 1 warning; ")
        assert watcher.stop() == 1, "strict, with a warning"
    assert Path("log/out").read_text("utf-8").count("project/compose.yaml:4:13: error[COM001]") == 1


def test_a_folder_is_watched_for_new_projects() -> None:
    write("top/a/compose.yaml", CLEAN)
    Path("top/b").mkdir()
    with watching("top") as watcher:
        assert watcher.round().startswith("no error")
        write("top/b/compose.yaml", BROKEN)
        assert watcher.round().startswith("1 error")
        write("top/.gpu-compose.toml", "nonsense = 1\n")
        assert watcher.round().startswith("nothing could be checked")
        assert watcher.stop() == 2


def test_the_files_of_a_project_and_its_bases_are_watched() -> None:
    write("a.yaml", "services: {web: {extends: {file: deep/er/base.yaml, service: web}}}\n")
    write("b.yaml", "services: {web: {labels: {a: b}}}\n")
    write("deep/er/base.yaml", CLEAN)
    with watching("-f", "a.yaml", "-f", "b.yaml") as watcher:
        assert watcher.round().startswith("no error, no warning")
        write("deep/er/base.yaml", WARNED)
        assert watcher.round().startswith("no error, 1 warning")
        write("b.yaml", "services: {web: {lables: {a: b}}}\n")
        assert watcher.round().startswith("1 error")
        assert watcher.stop() == 1


@pytest.mark.parametrize(("text", "code"), [(CLEAN, 0), (BROKEN, 1)])
def test_nothing_happens_without_a_change(text: str, code: int) -> None:
    write("project/compose.yaml", text)
    with watching("project/compose.yaml") as watcher:
        watcher.round()
        time.sleep(1)
        assert watcher.stop() == code
    assert Path("log/err").read_text("utf-8").count("watching") == 1
