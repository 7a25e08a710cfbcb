"""`detect`, `host convert`, `rules`, `up` and the program's own name."""

import json
import os
import socket
import stat
from pathlib import Path

import pytest

from stacks.hosts.reading import read_host
from tests.cli.conftest import Call, program

HOST = Path(__file__).resolve().parent.parent / "hosts" / "data" / "h200-x2"


def test_detect_prints_a_snapshot(call: Call) -> None:
    """On any machine, with whatever is missing there stated as a fact."""
    answer = call("detect")
    assert answer.code == 0
    snapshot = read_host(answer.out)
    assert snapshot.cpus == os.cpu_count()
    assert [f"gpu-compose: {note.text}" for note in snapshot.notes] == answer.err.splitlines()


def test_detect_writes_a_file(call: Call) -> None:
    old = os.umask(0o027)
    try:
        answer = call("detect", "--output", "host.json")
    finally:
        os.umask(old)
    assert (answer.code, answer.out) == (0, "")
    assert answer.err.endswith("gpu-compose: written to host.json\n")
    assert read_host(Path("host.json").read_bytes()).cpus == os.cpu_count()
    assert stat.S_IMODE(os.stat("host.json").st_mode) == 0o640


def test_detect_cannot_write(call: Call) -> None:
    answer = call("detect", "--output", "absent/host.json")
    assert answer.code == 2
    assert answer.err.endswith("gpu-compose: absent/host.json: cannot be written: no such file or directory\n")


def test_convert(call: Call) -> None:
    answer = call("host", "convert", str(HOST / "smi.xml"))
    assert (answer.code, answer.err) == (0, "")
    assert [gpu["name"] for gpu in json.loads(answer.out)["gpus"]] == ["NVIDIA H200", "NVIDIA H200"]
    assert call("host", "convert", "-", stdin=answer.out.encode()).out == answer.out


def test_convert_says_what_is_doubtful(call: Call) -> None:
    answer = call("host", "convert", "-", stdin=b"No devices were found\n")
    assert answer.code == 0 and json.loads(answer.out)["gpus"] == []
    assert answer.err == "gpu-compose: nvidia-smi found no GPU on this host\n"


def test_rules_are_listed(call: Call) -> None:
    lines = call("rules").out.splitlines()
    assert [line.split()[0] for line in lines] == sorted(line.split()[0] for line in lines)
    assert any(line.startswith("COM001  error    yaml      ") for line in lines)
    listed = json.loads(call("rules", "--format", "json").out)["rules"]
    assert [rule["code"] for rule in listed] == [line.split()[0] for line in lines]


@pytest.mark.parametrize("name", ["COM001", "com001", "invalid-yaml", "invalid_yaml"])
def test_one_rule_by_code_or_name(call: Call, name: str) -> None:
    assert call("rules", name).out.startswith("COM001 invalid-yaml: ")
    (rule,) = json.loads(call("rules", name, "--format", "json").out)["rules"]
    assert rule["code"] == "COM001"


@pytest.mark.parametrize("beginning", ["DEV", "dev1", "DEV10"])
def test_rules_whose_codes_begin_so(call: Call, beginning: str) -> None:
    lines = call("rules", beginning).out.splitlines()
    assert len(lines) > 3 and all(line.startswith(beginning.upper()) for line in lines)


def test_a_near_miss_is_helped(call: Call) -> None:
    assert call("rules", "invalid-yam").err == "gpu-compose: there is no rule invalid-yam; did you mean COM001?\n"


def test_up_serves_where_it_is_told(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, int]] = []
    monkeypatch.setattr("gpustack.server.serve", lambda host, port: asked.append((host, port)))
    assert call("up", "--host", "0.0.0.0", "--port", "9000").code == 0
    assert call("up").code == 0
    assert asked == [("0.0.0.0", 9000), ("127.0.0.1", 8000)]


def test_up_on_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        finished = program("up", "--port", str(port), environment={"GPU_COMPOSE_DATA": str(tmp_path / "data")})
    assert finished.returncode == 2
    last = finished.stderr.decode().splitlines()[-1]
    assert last == f"gpu-compose: cannot listen on 127.0.0.1:{port}: address already in use"


def test_version_and_help(call: Call) -> None:
    assert call("--version").out.startswith("gpu-compose 0.")
    text = call("--help").out
    for command in ("check", "fix", "export", "detect", "host", "rules", "up"):
        assert f"\n    {command}" in text
        assert "usage: gpu-compose" in call(command, "--help").out
