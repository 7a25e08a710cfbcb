"""Reads the container engine through the docker SDK: what `docker info` knows that decides whether GPUs will work."""

import os
from collections.abc import Iterator, Mapping
from contextlib import closing

from stacks.hosts.pasted import now
from stacks.hosts.snapshot import Engine, HostSnapshot, Note, NoteLevel, Source

Members = Mapping[str, object]
_DEFAULT_HOST = "unix:///var/run/docker.sock"
# Files that Docker and Podman put into every container: there, PATH says nothing of the host.
_CONTAINER_MARKS = ("/.dockerenv", "/run/.containerenv")


def read_docker(timeout: int = 3) -> HostSnapshot:
    """The engine that `docker` would use here: DOCKER_HOST, else the current context, else the default socket.

    `timeout` is in seconds and bounds each call. `engine` is None, with a note that says why, where no engine answers.
    """
    try:
        import docker  # noqa: F401
    except ImportError:
        return _unread("Docker: the package docker is not installed, so the engine was not asked")
    host = _DEFAULT_HOST
    try:
        host = _host()
        info, version = _ask(host, timeout)
    except Exception as error:
        return _unread(_failure(error, host, timeout))
    return _snapshot(info, version, is_local=host.startswith(("unix:", "http+unix:", "npipe:")), timeout=timeout)


def _host() -> str:
    from docker.context import ContextAPI

    return os.environ.get("DOCKER_HOST") or str(ContextAPI.kwargs_from_context().get("base_url", _DEFAULT_HOST))


def _ask(host: str, timeout: int) -> tuple[Members, Members]:
    """What `/info` and `/version` answer."""
    import docker

    _knock(host, timeout)
    with closing(docker.from_env(timeout=timeout)) as client:
        return client.info(), client.version()


def _knock(host: str, timeout: int) -> None:
    """Raise the system's own error where a Unix socket cannot be opened; the SDK would wrap it and leak the socket."""
    kind, _, path = host.removeprefix("http+").partition("://")
    if kind == "unix":
        import socket

        with socket.socket(socket.AF_UNIX) as door:
            door.settimeout(timeout)
            door.connect(path)


def _unread(text: str) -> HostSnapshot:
    return HostSnapshot(Source.DOCKER, now(), notes=(Note(NoteLevel.WARNING, text),))


def _failure(error: BaseException, host: str, timeout: int) -> str:
    """Why the engine did not answer, for the person who expected it to."""
    causes = list(_causes(error))
    if any(isinstance(cause, FileNotFoundError) for cause in causes):
        return f"Docker: nothing at {host} — Docker is not installed or not running"
    if any(isinstance(cause, PermissionError) for cause in causes):
        return f"Docker: permission denied at {host} — this user may not use the engine (is it in the group docker?)"
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return f"Docker: connection refused at {host} — the engine is not running"
    if any(isinstance(cause, TimeoutError) or type(cause).__name__ == "ReadTimeout" for cause in causes):
        return f"Docker: no answer at {host} within {timeout} s"
    said = " ".join(str(error).split())
    return f"Docker: the engine at {host} could not be asked: {said[:300] or type(error).__name__}"


def _causes(error: BaseException, depth: int = 8) -> Iterator[BaseException]:
    """The error and all that it wraps: libraries below put the system's error into arguments as well as causes."""
    yield error
    if depth:
        for inner in (error.__cause__, error.__context__, getattr(error, "reason", None), *error.args):
            if isinstance(inner, BaseException) and inner is not error:
                yield from _causes(inner, depth - 1)


def _snapshot(info: Members, version: Members, *, is_local: bool, timeout: int) -> HostSnapshot:
    root_dir, system = _text(info, "DockerRootDir"), _text(info, "OperatingSystem")
    desktop = system is not None and system.startswith("Docker Desktop")
    snap = root_dir is not None and root_dir.startswith("/var/snap/")
    security = _texts(info, "SecurityOptions")
    # Docker Desktop and the snap run the engine where our PATH does not reach, and so does a container's socket mount.
    sees_path = is_local and not desktop and not snap and not any(map(os.path.exists, _CONTAINER_MARKS))
    compose, notes = _compose_version(timeout)
    engine = Engine(
        version=_text(info, "ServerVersion") or _text(version, "Version"),
        api_version=_text(version, "ApiVersion"),
        runtimes=_names(info, "Runtimes"),
        default_runtime=_text(info, "DefaultRuntime"),
        cdi_enabled=_cdi_enabled(info, version),
        cdi_devices=_cdi_devices(info),
        cdi_spec_dirs=_texts(info, "CDISpecDirs"),
        memory_total=_number(info, "MemTotal"),
        cpus=_number(info, "NCPU"),
        operating_system=system,
        kernel_version=_text(info, "KernelVersion"),
        cgroup_driver=_text(info, "CgroupDriver"),
        rootless=None if security is None else any(option.startswith("name=rootless") for option in security),
        selinux=None if security is None else any(option.startswith("name=selinux") for option in security),
        snap=None if root_dir is None else snap,
        desktop=None if system is None else desktop,
        root_dir=root_dir,
        generic_resources=_generic_resources(info),
        nvidia_hook=_on_path("nvidia-container-runtime-hook") if sees_path else None,
        nvidia_cdi_hook=_on_path("nvidia-cdi-hook") if sees_path else None,
        compose_version=compose,
    )
    return HostSnapshot(Source.DOCKER, now(), engine=engine, notes=notes)


def _cdi_enabled(info: Members, version: Members) -> bool | None:
    """Whether the engine injects CDI devices.

    The Engine API says that an empty CDISpecDirs means that it does not; the field came with Docker Engine 25.0, as did
    CDI itself. https://docs.docker.com/reference/api/engine/version/v1.51/
    """
    if _cdi_devices(info):
        return True
    directories = info.get("CDISpecDirs", ())
    if isinstance(directories, list):
        return bool(directories)
    if directories is None:
        return False
    major = (_text(info, "ServerVersion") or "").partition(".")[0]
    is_docker = not any("podman" in name.casefold() for name in _component_names(version))
    return False if is_docker and major.isdigit() and int(major) < 25 else None


def _component_names(version: Members) -> tuple[str, ...]:
    components = version.get("Components")
    items = components if isinstance(components, list) else []
    return tuple(str(item.get("Name", "")) for item in items if isinstance(item, dict))


def _cdi_devices(info: Members) -> tuple[str, ...] | None:
    """Full CDI names; None where the engine has no such field, before Docker Engine 28.2."""
    if "DiscoveredDevices" not in info:
        return None
    devices = info["DiscoveredDevices"]
    items = devices if isinstance(devices, list) else []
    return tuple(str(item.get("ID", "")) for item in items if isinstance(item, dict) and item.get("Source") == "cdi")


def _generic_resources(info: Members) -> tuple[str, ...] | None:
    """Swarm's resources as the daemon's configuration writes them: `NVIDIA-GPU=GPU-1111`, or `kind=count`."""
    if "GenericResources" not in info:
        return None
    resources = info["GenericResources"]
    items = resources if isinstance(resources, list) else []
    specs = (spec for item in items if isinstance(item, dict) for spec in item.values() if isinstance(spec, dict))
    return tuple(f"{spec.get('Kind', '')}={spec.get('Value', '')}" for spec in specs)


def _on_path(program: str) -> bool:
    from shutil import which

    return which(program) is not None


def _compose_version(timeout: int) -> tuple[str | None, tuple[Note, ...]]:
    """The version of the plugin behind `docker compose`, asked of the program itself; a note where there is none."""
    import subprocess
    from shutil import which

    program = which("docker")
    if program is None:
        return None, (Note(NoteLevel.INFO, "Docker: no program `docker` here, so the version of Compose is not known"),)
    command = [program, "compose", "version", "--short"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=timeout, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired) as error:
        return None, (Note(NoteLevel.INFO, f"Docker: `docker compose version` did not answer: {type(error).__name__}"),)
    version = done.stdout.strip().removeprefix("v")
    if done.returncode or not version[:1].isdigit():
        return None, (
            Note(NoteLevel.WARNING, "Docker: `docker compose` does not run: its plugin is not installed here"),
        )
    return version.split()[0], ()


def _text(members: Members, key: str) -> str | None:
    value = members.get(key)
    return value if isinstance(value, str) and value else None


def _number(members: Members, key: str) -> int | None:
    value = members.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def _texts(members: Members, key: str) -> tuple[str, ...] | None:
    value = members.get(key)
    return tuple(item for item in value if isinstance(item, str) and item) if isinstance(value, list) else None


def _names(members: Members, key: str) -> tuple[str, ...] | None:
    value = members.get(key)
    return tuple(sorted(value)) if isinstance(value, dict) else None
