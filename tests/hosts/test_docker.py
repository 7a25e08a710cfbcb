"""The reader of the container engine, against a server that speaks its API."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from stacks.hosts import docker as docker_reader
from stacks.hosts.docker import read_docker
from stacks.hosts.snapshot import Engine, HostSnapshot, Source
from tests.hosts.captures import capture
from tests.hosts.engine_server import engine

ROOT = Path(__file__).parents[2]
INFO: dict[str, Any] = json.loads(capture("engine-28/info.json"))
VERSION: dict[str, Any] = json.loads(capture("engine-28/version.json"))
OLD_INFO = {
    key: value for key, value in INFO.items() if key not in ("CDISpecDirs", "DiscoveredDevices", "GenericResources")
} | {"ServerVersion": "20.10.24+dfsg1", "Runtimes": {"runc": {}, "io.containerd.runc.v2": {}}}
OLD_VERSION = VERSION | {"ApiVersion": "1.41", "Version": "20.10.24+dfsg1"}


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder as the only one on PATH, outside any container and any Docker context."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "config"))
    for name in ("DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(docker_reader, "_CONTAINER_MARKS", ())
    return folder


def add_program(folder: Path, name: str, script: str = "exit 0") -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, info: Any = INFO, version: Any = VERSION) -> HostSnapshot:
    with engine(tmp_path / "docker.sock", info, version) as host:
        monkeypatch.setenv("DOCKER_HOST", host)
        return read_docker()


def read_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, **changes: Any) -> Engine:
    found = read(tmp_path, monkeypatch, INFO | changes).engine
    assert found is not None
    return found


def test_current_engine_in_full(programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add_program(programs, "nvidia-container-runtime-hook")
    add_program(programs, "docker", 'test "$*" = "compose version --short" && echo v2.40.3')
    snapshot = read(tmp_path, monkeypatch)
    assert (snapshot.source, snapshot.gpus, snapshot.notes) == (Source.DOCKER, None, ())
    assert snapshot.engine == Engine(
        version="28.5.2+dfsg4",
        api_version="1.51",
        runtimes=("io.containerd.runc.v2", "nvidia", "runc"),
        default_runtime="runc",
        cdi_enabled=True,
        cdi_devices=(
            "nvidia.com/gpu=0",
            "nvidia.com/gpu=1",
            "nvidia.com/gpu=GPU-11111111-aaaa-4bbb-8ccc-000000000000",
            "nvidia.com/gpu=GPU-22222222-aaaa-4bbb-8ccc-000000000001",
            "nvidia.com/gpu=all",
        ),
        cdi_spec_dirs=("/etc/cdi",),
        memory_total=25276502016,
        cpus=2,
        operating_system="Debian GNU/Linux 12 (bookworm)",
        kernel_version="6.18.44",
        cgroup_driver="cgroupfs",
        rootless=False,
        selinux=False,
        snap=False,
        desktop=False,
        root_dir="/var/lib/docker",
        generic_resources=(),
        nvidia_hook=True,
        nvidia_cdi_hook=False,
        compose_version="2.40.3",
    )


def test_engine_before_cdi(programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = read(tmp_path, monkeypatch, OLD_INFO, OLD_VERSION).engine
    assert found is not None
    assert (found.version, found.api_version) == ("20.10.24+dfsg1", "1.41")
    assert (found.cdi_enabled, found.cdi_devices, found.cdi_spec_dirs) == (False, None, None)
    assert (found.generic_resources, found.runtimes) == (None, ("io.containerd.runc.v2", "runc"))


@pytest.mark.parametrize(
    ("changes", "enabled", "devices"),
    [
        ({"CDISpecDirs": [], "DiscoveredDevices": None}, False, ()),
        ({"CDISpecDirs": None, "DiscoveredDevices": None}, False, ()),
        ({"CDISpecDirs": [""], "DiscoveredDevices": None}, True, ()),
        ({"CDISpecDirs": ["/etc/cdi"], "DiscoveredDevices": [{"Source": "other", "ID": "x"}]}, True, ()),
        ({"CDISpecDirs": [], "DiscoveredDevices": [{"Source": "cdi", "ID": "a.b/c=0"}]}, True, ("a.b/c=0",)),
        ({"CDISpecDirs": "?", "DiscoveredDevices": "?"}, None, ()),
    ],
)
def test_cdi(
    programs: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    changes: dict[str, Any],
    enabled: bool | None,
    devices: tuple[str, ...],
) -> None:
    found = read_engine(tmp_path, monkeypatch, **changes)
    assert (found.cdi_enabled, found.cdi_devices) == (enabled, devices)


def test_podman_says_nothing_of_cdi(programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    version = VERSION | {"Components": [{"Name": "Podman Engine", "Version": "5.2.0"}]}
    found = read(tmp_path, monkeypatch, OLD_INFO | {"ServerVersion": "5.2.0"}, version).engine
    assert found is not None and found.cdi_enabled is None


def test_kinds_of_engine(programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add_program(programs, "nvidia-container-runtime-hook")
    snap = read_engine(tmp_path, monkeypatch, DockerRootDir="/var/snap/docker/common/var-lib-docker")
    assert (snap.snap, snap.nvidia_hook, snap.nvidia_cdi_hook) == (True, None, None)
    (tmp_path / "docker.sock").unlink()
    desktop = read_engine(tmp_path, monkeypatch, OperatingSystem="Docker Desktop")
    assert (desktop.desktop, desktop.nvidia_hook) == (True, None)
    (tmp_path / "docker.sock").unlink()
    rootless = read_engine(tmp_path, monkeypatch, SecurityOptions=["name=seccomp,profile=builtin", "name=rootless"])
    assert (rootless.rootless, rootless.nvidia_hook, rootless.selinux) == (True, True, False)
    (tmp_path / "docker.sock").unlink()
    labelled = read_engine(tmp_path, monkeypatch, SecurityOptions=["name=seccomp,profile=builtin", "name=selinux"])
    assert (labelled.rootless, labelled.selinux) == (False, True)


def test_path_of_a_container_says_nothing_of_the_host(
    programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = tmp_path / "dockerenv"
    mark.touch()
    monkeypatch.setattr(docker_reader, "_CONTAINER_MARKS", (str(mark),))
    assert read_engine(tmp_path, monkeypatch).nvidia_hook is None


def test_generic_resources_of_swarm(programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    resources = [
        {"NamedResourceSpec": {"Kind": "NVIDIA-GPU", "Value": "GPU-11111111"}},
        {"DiscreteResourceSpec": {"Kind": "gpu", "Value": 2}},
    ]
    found = read_engine(tmp_path, monkeypatch, GenericResources=resources)
    assert found.generic_resources == ("NVIDIA-GPU=GPU-11111111", "gpu=2")


def test_answers_of_wrong_types_are_unknown(programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = read_engine(
        tmp_path, monkeypatch, ServerVersion=28, MemTotal="much", NCPU=True, Runtimes=[], DockerRootDir=None,
        SecurityOptions=None, OperatingSystem="",
    )  # fmt: skip
    assert found.version == "28.5.2+dfsg4"  # of /version
    assert (found.memory_total, found.cpus, found.runtimes, found.root_dir) == (None, None, None, None)
    assert (found.snap, found.rootless, found.desktop) == (None, None, None)


def test_context_of_the_docker_program_is_followed(
    programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from docker.context.config import get_context_id

    config = tmp_path / "config"
    meta = config / "contexts" / "meta" / get_context_id("rootless")
    meta.mkdir(parents=True)
    (config / "config.json").write_text('{"currentContext": "rootless"}')
    host = f"unix://{tmp_path}/docker.sock"
    described = {"Name": "rootless", "Metadata": {}, "Endpoints": {"docker": {"Host": host}}}
    (meta / "meta.json").write_text(json.dumps(described))
    with engine(tmp_path / "docker.sock", INFO, VERSION):
        found = read_docker().engine
    assert found is not None and found.version == "28.5.2+dfsg4"
    assert read_docker().notes[0].text.startswith(f"Docker: connection refused at {host}")


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (None, "no program `docker` here"),
        ("echo 'unknown flag: --short' >&2; exit 125", "`docker compose` does not run"),
        ("echo nonsense", "`docker compose` does not run"),
        ("exec /bin/sleep 20", "`docker compose version` did not answer: TimeoutExpired"),
    ],
)
def test_compose_that_does_not_answer_is_a_note(
    programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str | None, said: str
) -> None:
    if script is not None:
        add_program(programs, "docker", script)
    with engine(tmp_path / "docker.sock", INFO, VERSION) as host:
        monkeypatch.setenv("DOCKER_HOST", host)
        snapshot = read_docker(timeout=1)
    assert snapshot.engine is not None and snapshot.engine.compose_version is None
    assert said in snapshot.notes[0].text


def test_no_socket(programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    snapshot = read_docker()
    assert snapshot.engine is None
    assert [note.text for note in snapshot.notes] == [
        f"Docker: nothing at unix://{tmp_path}/none.sock — Docker is not installed or not running"
    ]


def test_engine_that_fails(programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with engine(tmp_path / "docker.sock", {"message": "out of\nluck"}, VERSION, status=500) as host:
        monkeypatch.setenv("DOCKER_HOST", host)
        snapshot = read_docker()
    assert snapshot.engine is None
    assert "could not be asked: 500 Server Error" in snapshot.notes[0].text
    assert "out of luck" in snapshot.notes[0].text


def test_answer_that_is_no_json(programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with engine(tmp_path / "docker.sock", b"<html>", VERSION) as host:
        monkeypatch.setenv("DOCKER_HOST", host)
        snapshot = read_docker()
    assert snapshot.engine is None and "could not be asked" in snapshot.notes[0].text


def test_engine_that_does_not_answer(programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with engine(tmp_path / "docker.sock", INFO, VERSION, silence=threading.Event()) as host:
        monkeypatch.setenv("DOCKER_HOST", host)
        snapshot = read_docker(timeout=1)
    assert snapshot.engine is None
    assert snapshot.notes[0].text == f"Docker: no answer at {host} within 1 s"


def test_engine_behind_tcp_that_is_not_running(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as reserved:  # bound but not listening: nobody else can answer there
        reserved.bind(("127.0.0.1", 0))
        host = f"tcp://127.0.0.1:{reserved.getsockname()[1]}"
        monkeypatch.setenv("DOCKER_HOST", host)
        assert read_docker().notes[0].text == f"Docker: connection refused at {host} — the engine is not running"


def test_address_that_cannot_be(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "carrier-pigeon://roof")
    snapshot = read_docker()
    assert snapshot.engine is None and "carrier-pigeon" in snapshot.notes[0].text


def test_package_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "docker", None)
    assert "the package docker is not installed" in read_docker().notes[0].text


def test_user_who_may_not_use_the_socket(tmp_path: Path) -> None:
    """Root may use any socket, so root becomes nobody first, after a call that loads all that is needed."""
    code = (
        "import os; from stacks.hosts.docker import read_docker; read_docker();"
        "os.environ['DOCKER_HOST'] = os.environ['SOCKET'];"
        "os.getuid() or os.setuid(65534);"
        "print(read_docker().notes[0].text)"
    )
    with engine(tmp_path / "docker.sock", INFO, VERSION) as host:
        (tmp_path / "docker.sock").chmod(0)
        environment = os.environ | {"PYTHONPATH": str(ROOT), "DOCKER_HOST": "unix:///none.sock", "SOCKET": host}
        done = subprocess.run(
            [sys.executable, "-c", code], env=environment, text=True, capture_output=True, check=False
        )
    assert done.stdout.startswith(f"Docker: permission denied at {host} — this user may not use the engine"), (
        done.stderr
    )
