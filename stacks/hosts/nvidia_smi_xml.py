"""Reads `nvidia-smi -q -x`: the fullest of nvidia-smi's texts. It tells no compute capability and no MIG UUIDs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from stacks.hosts import nvidia_smi_values as values
from stacks.hosts.pasted import gpus_in_words
from stacks.hosts.snapshot import Gpu, GpuProcess, HostSnapshot, MigInstance, Note, NoteLevel, SnapshotError, Source

Value = TypeVar("Value")
_ROOT = "nvidia_smi_log"
_DEPTH_LIMIT = 32
# A GPU has about 500 elements; without a limit 4 MiB could hold a million, and take a hundred times that in memory.
_ELEMENT_LIMIT = 100_000


@dataclass(slots=True)
class _Element:
    tag: str
    line: int
    attributes: dict[str, str]
    children: list["_Element"] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    def child(self, path: str) -> "_Element | None":
        """The first element at a path such as `pci/pci_bus_id`."""
        tag, _, rest = path.partition("/")
        found = next((child for child in self.children if child.tag == tag), None)
        return found.child(rest) if found is not None and rest else found

    def text(self, path: str) -> str | None:
        found = self.child(path)
        return None if found is None else "".join(found.pieces)

    def get(self, path: str, read: Callable[[str | None], Value | None]) -> Value | None:
        """The value at a path, None if absent or not known. Raises SnapshotError with the line of a wrong one."""
        try:
            return read(self.text(path))
        except ValueError as error:
            found = self.child(path)
            raise SnapshotError(f"line {found.line if found else self.line}, <{path}>: {error}") from error

    def all(self, path: str) -> list["_Element"]:
        parent, _, tag = path.rpartition("/")
        holder = self.child(parent) if parent else self
        return [] if holder is None else [child for child in holder.children if child.tag == tag]


class _TreeBuilder:
    """Builds elements out of expat's events. Entities are refused, so no text can grow beyond what was given."""

    def __init__(self, first_line: int) -> None:
        from xml.parsers import expat

        self.root: _Element | None = None
        self.open: list[_Element] = []
        self._first_line = first_line
        self._count = 0
        self._parser: Any = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.EntityDeclHandler = self._entity
        self.failure = expat.ExpatError

    @property
    def line(self) -> int:
        return int(self._parser.CurrentLineNumber) + self._first_line - 1

    def build(self, text: str) -> None:
        self._parser.Parse(text, True)

    def complete_gpus(self) -> int:
        whole = [] if self.root is None else self.root.all("gpu")
        return len(whole) - (len(self.open) > 1 and self.open[1].tag == "gpu")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > _ELEMENT_LIMIT:
            raise SnapshotError(f"line {self.line}: more than {_ELEMENT_LIMIT} elements; a host's XML has far fewer")
        if len(self.open) >= _DEPTH_LIMIT:
            raise SnapshotError(f"line {self.line}: elements are nested more than {_DEPTH_LIMIT} deep")
        element = _Element(tag, self.line, attributes)
        if self.open:
            self.open[-1].children.append(element)
        elif tag != _ROOT:
            raise SnapshotError(f"line {self.line}: not the XML of nvidia-smi: it is a <{tag[:40]}>, not a <{_ROOT}>")
        else:
            self.root = element
        self.open.append(element)

    def _end(self, tag: str) -> None:
        self.open.pop()

    def _characters(self, text: str) -> None:
        if self.open:
            self.open[-1].pieces.append(text)

    def _doctype(self, name: str, system_id: str | None, public_id: str | None, has_internal_subset: int) -> None:
        if has_internal_subset:
            raise SnapshotError(f"line {self.line}: the document type has declarations, which nvidia-smi never writes")

    def _entity(self, name: str, *_: object) -> None:
        raise SnapshotError(
            f"line {self.line}: the XML declares the entity `{name[:40]}`, which nvidia-smi never writes"
        )


def read_xml(text: str, taken_at: str) -> HostSnapshot:
    """The host that `nvidia-smi -q -x` describes. GPUs are numbered in the order of the text, which is nvidia-smi's.

    Raises SnapshotError for XML that is cut off, saying where and how many GPUs are complete, for any other XML, and
    for a value that cannot be, naming its line.
    """
    root = _parse(text)
    gpus = tuple(_gpu(index, element) for index, element in enumerate(root.all("gpu")))
    return HostSnapshot(
        Source.NVIDIA_SMI_XML,
        taken_at,
        gpus=gpus,
        driver_version=root.get("driver_version", values.known_text),
        cuda_version=root.get("cuda_version", values.version),
        notes=tuple(_notes(root, len(gpus))),
    )


def _parse(text: str) -> _Element:
    start, end = _extent(text)
    builder = _TreeBuilder(first_line=text.count("\n", 0, start) + 1)
    try:
        builder.build(text[start:end])
    except builder.failure as error:
        raise SnapshotError(_failure(builder, str(error).partition(":")[0])) from error
    assert builder.root is not None  # expat itself refuses a document without an element
    return builder.root


def _extent(text: str) -> tuple[int, int]:
    """Where the document starts and ends, so that what a terminal shows around it does not matter."""
    start = text.find("<?xml")
    start = text.find("<") if start < 0 else start
    closing = f"</{_ROOT}>"
    end = text.rfind(closing)
    return start, len(text) if end < 0 else end + len(closing)


def _failure(builder: _TreeBuilder, reason: str) -> str:
    inside = "".join(f"<{element.tag}>" for element in builder.open)
    attached = (builder.root.text("attached_gpus") or "").strip() if builder.root is not None else ""
    of = f" of {attached}" if attached.isdigit() else ""
    return (
        f"line {builder.line}: the XML breaks off here ({reason}){', inside ' + inside if inside else ''}; "
        f"{builder.complete_gpus()}{of} GPUs complete. Paste the whole output of `nvidia-smi -q -x`."
    )


def _notes(root: _Element, listed: int) -> list[Note]:
    notes = []
    attached = root.get("attached_gpus", values.whole_number)
    if attached is not None and attached != listed:
        text = (
            f"nvidia-smi says that {gpus_in_words(attached)} are attached but describes {listed}: "
            "those were numbered from 0, which may not be their index"
        )
        notes.append(Note(NoteLevel.WARNING, text))
    printed = root.get("timestamp", values.known_text)
    if printed is not None:
        notes.append(Note(NoteLevel.INFO, f"printed by nvidia-smi on {printed[:60]} by the host's own clock"))
    return notes


def _gpu(index: int, element: _Element) -> Gpu:
    processes = element.child("processes")
    return Gpu(
        index=index,
        name=element.get("product_name", values.known_text) or "unknown GPU",
        uuid=element.get("uuid", values.gpu_uuid),
        memory_total=element.get("fb_memory_usage/total", values.size),
        memory_used=element.get("fb_memory_usage/used", values.size),
        pci_bus_id=element.get("pci/pci_bus_id", values.pci_bus_id) or values.known_text(element.attributes.get("id")),
        minor_number=element.get("minor_number", values.whole_number),
        mig_enabled=element.get("mig_mode/current_mig", values.is_enabled),
        mig_instances=tuple(_mig_instance(child) for child in element.all("mig_devices/mig_device")),
        compute_mode=element.get("compute_mode", values.compute_mode),
        processes=None if processes is None else tuple(_processes(processes)),
    )


def _mig_instance(element: _Element) -> MigInstance:
    index = element.get("index", values.whole_number)
    if index is None:
        raise SnapshotError(f"line {element.line}: a MIG device without an index")
    return MigInstance(
        index=index,
        gpu_instance_id=element.get("gpu_instance_id", values.whole_number),
        compute_instance_id=element.get("compute_instance_id", values.whole_number),
        memory_total=element.get("fb_memory_usage/total", values.size),
    )


def _processes(element: _Element) -> list[GpuProcess]:
    found = []
    for process in element.all("process_info"):
        pid = process.get("pid", values.whole_number)
        if pid is not None:
            name, used = process.get("process_name", values.known_text), process.get("used_memory", values.size)
            found.append(GpuProcess(pid, name, used))
    return found
