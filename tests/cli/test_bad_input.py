"""Whatever is given, the answer is one line and the right exit code; never a traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gpustack.cli import main
from tests.cli.conftest import BROKEN, CLEAN, Call


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfe\x00\x01", "this is UTF-16; save it as UTF-8"),
        ("services: {}\n".encode("utf-16"), "this is UTF-16; save it as UTF-8"),
        (b"services:\n  caf\xe9: {}\n", "not UTF-8: byte 15 on line 2"),
        (b"\x7fELF\x02\x01\x01\x00\x90", "not UTF-8: byte 8 on line 1"),
        (b"a" * (8 * 1024 * 1024 + 1), "larger than 8 MiB, so it was not read"),
    ],
)
@pytest.mark.parametrize("command", [("check",), ("fix",)])
def test_unreadable_text(call: Call, content: bytes, said: str, command: tuple[str, ...]) -> None:
    Path("x.yaml").write_bytes(content)
    assert call(*command, "x.yaml") == (2, "", f"gpu-compose: x.yaml: {said}\n")


@pytest.mark.parametrize(
    "content",
    [b"", b"\n\n", b"- a\n", b"services: []\n", b"a: \x00\n", b"\t- :\n", b"[" * 5000, b"a: 1\n" * 300_000],
    ids=["empty", "blank", "list", "services-list", "nul", "tab", "deep", "huge"],
)
@pytest.mark.parametrize("command", ["check", "fix"])
def test_text_that_is_no_compose_file(call: Call, content: bytes, command: str) -> None:
    """It can be read, so it is reported like any other mistake, on its place."""
    Path("x.yaml").write_bytes(content)
    answer = call(command, "x.yaml")
    assert answer.code == 1 and "Traceback" not in answer.err
    if command == "check":
        assert answer.out.startswith("x.yaml:") and "error[" in answer.out


def test_alias_bomb_ends_at_once(call: Call) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    Path("x.yaml").write_text("\n".join(lines), encoding="utf-8")
    answer = call("check", "x.yaml")
    assert answer.code == 1 and "error[" in answer.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "the following arguments are required: COMMAND"),
        (("chek", "a"), "invalid choice: 'chek'"),
        (("check",), "check: the following arguments are required: FILE"),
        (("check", "--format", "xml", "a"), "invalid choice: 'xml'"),
        (("check", "-", "-"), "standard input (`-`) can be read for one file only"),
        (("check", "--host", "-", "-"), "standard input (`-`) can be read for one file only"),
        (("check", "absent.yaml"), "absent.yaml: no such file or directory"),
        (("check", "."), ".: no Compose file in it (looked for compose.yaml,"),
        (("fix", "."), ".: is a directory"),
        (("check", "--env-file", "-", "a.yaml", "b.yaml"), "standard input (`-`) can be read for one file only"),
        (("check", "--watch", "-"), "--watch needs files; standard input has no next version"),
        (("check", "--config", "absent.toml", "a.yaml"), "absent.toml: no such file or directory"),
        (("check", "--config", "x.toml", "--no-config", "a.yaml"), "not allowed with argument"),
        (("check", "--select", "DEX", "a.yaml"), "--select: no rule's code begins with `DEX`"),
        (("fix", "a.yaml", "b.yaml"), "several files need --in-place or --diff"),
        (("check", "--host", "absent", "a.yaml"), "absent: no such file or directory"),
        (("check", "--env-file", "absent", "a.yaml"), "absent: no such file or directory"),
        (("fix", "--in-place", "-"), "--in-place needs a file"),
        (("fix", "--in-place", "--diff", "a.yaml"), "not allowed with argument"),
        (("export", "a.yaml"), "the following arguments are required: --to"),
        (("export", "--to", "swarm", "a.yaml"), "invalid choice: 'swarm'"),
        (("host", "convert", "a.yaml"), "a.yaml: this is not a description of a host"),
        (("rules", "XYZ999"), "there is no rule XYZ999"),
        (("up", "--port", "0"), "`0` is not a port (1 to 65535)"),
        (("up", "--port", "http"), "`http` is not a port (1 to 65535)"),
    ],
    ids=str,
)
def test_bad_arguments(call: Call, arguments: tuple[str, ...], said: str) -> None:
    Path("a.yaml").write_text(CLEAN, encoding="utf-8")
    answer = call(*arguments)
    assert answer.code == 2 and answer.out == ""
    assert answer.err.startswith("gpu-compose: ") and said in answer.err and answer.err.count("\n") == 1


def test_a_name_cannot_act_on_the_terminal(call: Call) -> None:
    assert "\x1b" not in call("check", "\x1b]0;owned\x07").err


def test_closed_streams(monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    monkeypatch.setattr("sys.stdin", None)
    assert main(["check", "-"]) == 2
    monkeypatch.setattr("sys.stdout", None)
    assert main(["rules"]) == 2
    errors = capsysbinary.readouterr().err.decode().splitlines()
    assert errors == ["gpu-compose: standard input is closed", "gpu-compose: standard output is closed"]


def test_a_mistake_of_ours_is_one_line_too(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise KeyError("services")

    monkeypatch.setattr("stacks.rules.checker.check_text", fail)
    Path("a.yaml").write_text(CLEAN, encoding="utf-8")
    answer = call("check", "a.yaml")
    assert answer.code == 2 and answer.err.count("\n") == 1
    assert "KeyError: 'services'. This is a fault of gpu-compose" in answer.err
    monkeypatch.setenv("GPU_COMPOSE_DEBUG", "1")
    with pytest.raises(KeyError):
        call("check", "a.yaml")


def test_interruption_is_quiet(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("stacks.rules.checker.check_text", interrupt)
    Path("a.yaml").write_text(CLEAN, encoding="utf-8")
    assert call("check", "a.yaml") == (130, "", "")


def test_a_reader_that_has_gone() -> None:
    """As in `gpu-compose check … | head -1`: what a pipe cannot take is dropped without a word."""
    Path("a.yaml").write_text(BROKEN, encoding="utf-8")
    root = Path(__file__).resolve().parent.parent.parent
    reading, writing = os.pipe()
    os.close(reading)
    finished = subprocess.run(
        [sys.executable, "-m", "gpustack", "check", "a.yaml"],
        env={"PYTHONPATH": str(root)},
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writing)
    assert (finished.returncode, finished.stderr) == (141, b"")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no /dev/full")
def test_a_full_disk() -> None:
    root = Path(__file__).resolve().parent.parent.parent
    with open("/dev/full", "wb") as full:
        finished = subprocess.run(
            [sys.executable, "-m", "gpustack", "rules"],
            env={"PYTHONPATH": str(root)},
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert finished.returncode == 2
    assert finished.stderr == b"gpu-compose: standard output: no space left on device\n"


def test_standard_output_that_is_closed() -> None:
    root = Path(__file__).resolve().parent.parent.parent
    command = ["/bin/sh", "-c", '"$@" >&-', "sh", sys.executable, "-m", "gpustack", "rules"]
    finished = subprocess.run(command, env={"PYTHONPATH": str(root)}, capture_output=True, check=False)
    assert finished.returncode == 2
    assert finished.stderr == b"gpu-compose: standard output is closed\n"
