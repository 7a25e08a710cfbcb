"""A host snapshot as versioned JSON, and back without loss.

`{"version": 1, "source", "taken_at", "gpus": [...] | null, ...}`: every field of the snapshot under its own name, sizes
in bytes, versions such as compute capability and CUDA as `"9.0"`. Reading asks for `version`, `taken_at`, `gpus`, and
of each GPU `index` and `name`; a key that is left out otherwise means "not known". Keys that it does not know become a
note.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from stacks.hosts.json_objects import JsonObject
from stacks.hosts.snapshot import (
    ComputeMode,
    Engine,
    Gpu,
    GpuProcess,
    HostSnapshot,
    MigInstance,
    Note,
    NoteLevel,
    SnapshotError,
    Source,
)

VERSION = 1
GPU_LIMIT = 256


def to_json(snapshot: HostSnapshot) -> str:
    """The snapshot as JSON text of this format's current version, ending in a line break."""
    import json

    return json.dumps(to_mapping(snapshot), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def from_json(text: str) -> HostSnapshot:
    """Read what `to_json` wrote. Raises SnapshotError, whose message names the place in the document."""
    import json

    try:
        document = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise SnapshotError(f"line {error.lineno}, column {error.colno}: not JSON: {error.msg}") from error
    except RecursionError as error:
        raise SnapshotError("the JSON is nested too deeply for a host snapshot") from error
    except SnapshotError:
        raise
    except ValueError as error:
        raise SnapshotError("the JSON holds a number with more digits than can be read") from error
    if not isinstance(document, dict):
        raise SnapshotError("expected a JSON object with the keys version, taken_at and gpus")
    return from_mapping(document)


def _refuse_constant(name: str) -> object:
    raise SnapshotError(f"`{name}` is not a JSON number")


def to_mapping(snapshot: HostSnapshot) -> dict[str, object]:
    """The snapshot as JSON-ready dicts, lists and scalars."""
    return {
        "version": VERSION,
        "source": snapshot.source.value,
        "taken_at": snapshot.taken_at,
        "hostname": snapshot.hostname,
        "driver_version": snapshot.driver_version,
        "cuda_version": _dotted(snapshot.cuda_version),
        "nvml_version": snapshot.nvml_version,
        "memory_total": snapshot.memory_total,
        "cpus": snapshot.cpus,
        "gpus": None if snapshot.gpus is None else [_gpu_mapping(gpu) for gpu in snapshot.gpus],
        "engine": None if snapshot.engine is None else _fields(snapshot.engine),
        "notes": [{"level": note.level.value, "text": note.text} for note in snapshot.notes],
    }


def _gpu_mapping(gpu: Gpu) -> dict[str, object]:
    return _fields(gpu) | {
        "compute_capability": _dotted(gpu.compute_capability),
        "mig_instances": [_fields(instance) for instance in gpu.mig_instances],
        "processes": None if gpu.processes is None else [_fields(process) for process in gpu.processes],
    }


def _fields(value: Gpu | MigInstance | GpuProcess | Engine) -> dict[str, object]:
    found = {name: getattr(value, name) for name in value.__dataclass_fields__}
    return {name: list(field) if isinstance(field, tuple) else field for name, field in found.items()}


def _dotted(version: tuple[int, int] | None) -> str | None:
    return None if version is None else f"{version[0]}.{version[1]}"


def from_mapping(document: Mapping[str, object]) -> HostSnapshot:
    """Build a snapshot from decoded JSON. Raises SnapshotError, whose message names the place in the document."""
    root = JsonObject("", document)
    version = root.integer("version", required=True)
    if version != VERSION:
        raise SnapshotError(
            f"version: this is a host snapshot of version {version}; only version {VERSION} can be read"
        )
    engine = root.child("engine")
    snapshot = HostSnapshot(
        source=root.choice("source", Source) or Source.JSON,
        taken_at=root.time("taken_at"),
        gpus=_gpus(root),
        driver_version=root.text("driver_version", limit=64),
        cuda_version=root.version("cuda_version"),
        nvml_version=root.text("nvml_version", limit=64),
        engine=None if engine is None else _engine(engine),
        memory_total=root.integer("memory_total", unit="bytes"),
        cpus=root.integer("cpus"),
        hostname=root.text("hostname"),
        notes=tuple(_note(item) for item in root.children("notes") or ()),
    )
    return _noting_unknown_keys(snapshot, root.unknown_keys())


def _noting_unknown_keys(snapshot: HostSnapshot, keys: list[str]) -> HostSnapshot:
    if not keys:
        return snapshot
    listed = ", ".join(f"`{key}`" for key in keys[:8]) + (f" and {len(keys) - 8} more" if len(keys) > 8 else "")
    return replace(
        snapshot, notes=(*snapshot.notes, Note(NoteLevel.INFO, f"keys that are not known were ignored: {listed}"))
    )


def _gpus(root: JsonObject) -> tuple[Gpu, ...] | None:
    children = root.children("gpus", required=True)
    if children is None:
        return None
    if len(children) > GPU_LIMIT:
        raise SnapshotError(f"gpus: {len(children)} GPUs; at most {GPU_LIMIT} can be read")
    gpus = tuple(_gpu(child) for child in children)
    _require_unique(children, gpus, "index", lambda gpu: str(gpu.index))
    _require_unique(children, gpus, "uuid", lambda gpu: gpu.uuid)
    return gpus


def _require_unique(
    children: list[JsonObject], gpus: tuple[Gpu, ...], key: str, value_of: Callable[[Gpu], str | None]
) -> None:
    seen: dict[str, JsonObject] = {}
    for child, gpu in zip(children, gpus, strict=True):
        value = value_of(gpu)
        if value is not None and value in seen:
            raise SnapshotError(f"{child.place}.{key}: {value} is already that of {seen[value].place}")
        if value is not None:
            seen[value] = child


def _gpu(item: JsonObject) -> Gpu:
    processes = item.children("processes")
    known = item.boolean("mig_instances_known")
    return Gpu(
        index=item.integer("index", required=True),
        name=item.text("name", required=True),
        uuid=item.text("uuid", limit=80),
        memory_total=item.integer("memory_total", unit="bytes"),
        memory_used=item.integer("memory_used", unit="bytes"),
        compute_capability=item.version("compute_capability"),
        pci_bus_id=item.text("pci_bus_id"),
        minor_number=item.integer("minor_number"),
        mig_enabled=item.boolean("mig_enabled"),
        mig_instances=tuple(_mig_instance(child) for child in item.children("mig_instances") or ()),
        mig_instances_known=True if known is None else known,
        compute_mode=item.choice("compute_mode", ComputeMode),
        processes=None if processes is None else tuple(_process(child) for child in processes),
    )


def _mig_instance(item: JsonObject) -> MigInstance:
    return MigInstance(
        index=item.integer("index", required=True),
        uuid=item.text("uuid", limit=80),
        profile=item.text("profile"),
        gpu_instance_id=item.integer("gpu_instance_id"),
        compute_instance_id=item.integer("compute_instance_id"),
        memory_total=item.integer("memory_total", unit="bytes"),
    )


def _process(item: JsonObject) -> GpuProcess:
    return GpuProcess(
        pid=item.integer("pid", required=True),
        name=item.text("name", limit=4096),
        memory_used=item.integer("memory_used", unit="bytes"),
    )


def _engine(item: JsonObject) -> Engine:
    return Engine(
        version=item.text("version", limit=64),
        api_version=item.text("api_version", limit=64),
        runtimes=item.texts("runtimes"),
        default_runtime=item.text("default_runtime"),
        cdi_enabled=item.boolean("cdi_enabled"),
        cdi_devices=item.texts("cdi_devices"),
        cdi_spec_dirs=item.texts("cdi_spec_dirs"),
        memory_total=item.integer("memory_total", unit="bytes"),
        cpus=item.integer("cpus"),
        operating_system=item.text("operating_system", limit=1024),
        kernel_version=item.text("kernel_version", limit=1024),
        cgroup_driver=item.text("cgroup_driver"),
        rootless=item.boolean("rootless"),
        selinux=item.boolean("selinux"),
        snap=item.boolean("snap"),
        desktop=item.boolean("desktop"),
        root_dir=item.text("root_dir", limit=4096),
        generic_resources=item.texts("generic_resources"),
        nvidia_hook=item.boolean("nvidia_hook"),
        nvidia_cdi_hook=item.boolean("nvidia_cdi_hook"),
        compose_version=item.text("compose_version", limit=64),
    )


def _note(item: JsonObject) -> Note:
    return Note(item.choice("level", NoteLevel) or NoteLevel.INFO, item.text("text", required=True, limit=4096))
