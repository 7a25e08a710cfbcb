"""Recognising what was given, and refusing the rest in words that help."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacks.hosts.reading import read_host
from stacks.hosts.serialization import to_json
from stacks.hosts.snapshot import HostSnapshot, SnapshotError, Source
from tests.hosts.captures import capture


def refusal(text: str | bytes) -> str:
    with pytest.raises(SnapshotError) as caught:
        read_host(text)
    return str(caught.value)


def test_snapshot_json_is_read_whatever_its_source_was() -> None:
    snapshot = HostSnapshot(Source.NVML, "2026-11-23T08:00:00Z", gpus=())
    assert read_host(to_json(snapshot)) == snapshot
    assert read_host("\ufeff\r\n " + to_json(snapshot).replace("\n", "\r\n")) == snapshot


def test_time_of_reading_is_now_in_utc() -> None:
    snapshot = read_host(capture("h200-x2/smi-L.txt"))
    assert snapshot.taken_at.endswith("Z") and len(snapshot.taken_at) == len("2026-11-23T08:00:00Z")


def test_host_without_gpus() -> None:
    snapshot = read_host("No devices were found\n")
    assert snapshot.gpus == ()
    assert "found no GPU" in snapshot.notes[0].text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "nothing to read; paste a snapshot in JSON, or"),
        ("\n \n", "nothing to read"),
        ("$ nvidia-smi -q -x\n$ ", "nothing to read"),
        ("hello", "this is not a description of a host: it starts with `hello`"),
        ("services:\n  web:\n    image: nginx\n", "this is not a description of a host: it starts with `services:`"),
        ("[1]", "expected a JSON object"),
        (b"\x89PNG\r\n\x1a\n\x00", "not text: byte 0 is not valid UTF-8"),
        (b"\xff\xfe\x00", "not text: byte 2 is not valid UTF-16"),
        ("GPU 0: \0", "not text: it holds a character that no text has"),
        ("GPU 0: \ud800", "not text: it holds a character that no text has"),
        (" " * (4 * 1024 * 1024 + 1), "the text is longer than 4 MiB"),
        ("hello\n" * 60_000, "not a description of a host: it is long, and neither JSON nor XML"),
        ("==============NVSMI LOG==============\n\nTimestamp : now", "this is `nvidia-smi -q`; paste the output of"),
        ("bash: nvidia-smi: command not found", "nvidia-smi was not found there"),
        (
            "nvidia-smi : The term 'nvidia-smi' is not recognized as the name of a cmdlet",
            "nvidia-smi was not found there",
        ),
        (
            "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest",
            "nvidia-smi could not reach the NVIDIA driver",
        ),
        (
            "Failed to initialize NVML: Driver/library version mismatch\nNVML library version: 570.86",
            "the driver of that host was updated without a restart",
        ),
        ("Failed to initialize NVML: Unknown Error", "nvidia-smi could not start on that host"),
    ],
)
def test_what_is_no_host_is_refused_in_words(text: str | bytes, said: str) -> None:
    assert refusal(text).startswith(said)


@given(st.one_of(st.binary(max_size=300), st.text(max_size=300)))
def test_nothing_else_is_ever_raised(text: str | bytes) -> None:
    with suppress(SnapshotError):
        assert isinstance(read_host(text), HostSnapshot)


@pytest.mark.parametrize(
    "line", ["| 0 a" + " " * 190, "$ " * 2000 + "nvidia-smi", "GPU 0: (UUID: " * 300, "|" * 200, "a, " * 3000]
)
def test_hostile_lines_take_no_time(line: str) -> None:
    text = "| NVIDIA-SMI 1 |\n" + (line + "\n") * (250_000 // len(line))
    code = "import sys; from stacks.hosts.reading import read_host; read_host(sys.stdin.read())"
    done = subprocess.run(
        [sys.executable, "-c", code], input=text, text=True, capture_output=True, timeout=20, check=False
    )
    assert "SnapshotError" in done.stderr


def test_reading_json_loads_no_reader_of_other_formats() -> None:
    code = (
        "import sys; from stacks.hosts.reading import read_host;"
        'read_host(\'{"version": 1, "taken_at": "2026-11-23T08:00:00Z", "gpus": []}\');'
        "others = ('xml', 'csv', 'pynvml', 'docker', 'asyncio', 'stacks.hosts.nvidia_smi_xml');"
        "print([name for name in others if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], text=True, capture_output=True, check=True).stdout == "[]\n"
