"""`gpu-compose export`: the file on standard output, what could not be kept on standard error."""

from pathlib import Path

import pytest

from stacks.rules.checker import check_text
from tests.cli.conftest import BROKEN, CLEAN, Call

HOST = Path(__file__).resolve().parent.parent / "hosts" / "data" / "h200-x2" / "smi.xml"
ONE_GPU = f"{CLEAN}    gpus:\n      - driver: nvidia\n        device_ids: ['1']\n        capabilities: [gpu]\n"


@pytest.mark.parametrize(
    ("dialect", "mark"),
    [
        ("deploy", "reservations:"),
        ("gpus", "gpus:"),
        ("runtime", "runtime: nvidia"),
        ("cdi", "nvidia.com/gpu=1"),
    ],
)
def test_each_dialect_gives_a_file_without_errors(call: Call, dialect: str, mark: str) -> None:
    answer = call("export", "--to", dialect, "-", stdin=ONE_GPU.encode())
    assert answer.code == 0 and mark in answer.out
    assert check_text(answer.out).errors == 0


def test_pinning_needs_a_host(call: Call) -> None:
    answer = call("export", "--to", "deploy", "--pin", "uuid", "-", stdin=ONE_GPU.encode())
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith("gpu-compose: <stdin>: ") and answer.err.count("\n") == 1
    pinned = call("export", "--to", "deploy", "--pin", "uuid", "--host", str(HOST), "-", stdin=ONE_GPU.encode())
    assert pinned.code == 0 and "GPU-" in pinned.out


def test_mark_and_line_breaks_stay(call: Call) -> None:
    text = "\ufeff" + ONE_GPU.replace("\n", "\r\n")
    out = call("export", "--to", "deploy", "-", stdin=text.encode()).out
    assert out.startswith("\ufeff") and "\n" not in out.replace("\r\n", "")


def test_broken_yaml_is_not_rendered(call: Call) -> None:
    answer = call("export", "--to", "gpus", "-", stdin=BROKEN.encode())
    assert (answer.code, answer.out) == (2, "")
    assert "the YAML has to be mended first" in answer.err


def test_an_unreadable_file(call: Call) -> None:
    Path("x.yaml").write_bytes(b"services:\n  caf\xe9: {}\n")
    answer = call("export", "--to", "gpus", "x.yaml")
    assert answer == (2, "", "gpu-compose: x.yaml: not UTF-8: byte 15 on line 2\n")
