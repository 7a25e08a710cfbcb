"""Reads whatever a person has that describes a host, and says what it was."""

from collections.abc import Callable

from stacks.hosts import pasted
from stacks.hosts.serialization import from_json, from_mapping, to_mapping
from stacks.hosts.snapshot import HostSnapshot, Note, NoteLevel, SnapshotError, Source

Reader = Callable[[str, str], HostSnapshot]
ACCEPTED = (
    "a snapshot in JSON, or the output of `nvidia-smi -q -x`, `nvidia-smi -L`, "
    "`nvidia-smi --query-gpu=… --format=csv` or `nvidia-smi`"
)
_LINES_LIMIT = 256 * 1024
_NO_DRIVER = "nvidia-smi was not found there: the NVIDIA driver is not installed on that host"
# What nvidia-smi prints instead of an answer; each says something of the host, but describes none.
_FAILURES = {
    "NVIDIA-SMI has failed": "nvidia-smi could not reach the NVIDIA driver of that host: not installed or not loaded",
    "Driver/library version mismatch": (
        "the driver of that host was updated without a restart: its kernel module and library differ. Restart the host"
    ),
    "Failed to initialize NVML": "nvidia-smi could not start on that host: it failed to initialize NVML",
    "command not found": _NO_DRIVER,
    "is not recognized as": _NO_DRIVER,
    "NVSMI LOG": "this is `nvidia-smi -q`; paste the output of `nvidia-smi -q -x`, with -x, instead",
}


def read_host(text: str | bytes, *, taken_at: str | None = None) -> HostSnapshot:
    """Read a host from any text that describes one: snapshot JSON and what nvidia-smi prints in its four formats.

    Takes UTF-8 or UTF-16 of at most 4 MiB; line ends, colours and prompts of a terminal do not matter. `taken_at` (ISO
    8601, UTC; now, if not given) is the time of what nvidia-smi printed, which carries none that can be relied on.
    Raises SnapshotError for all else.
    """
    plain = pasted.plain(pasted.decode(text))
    snapshot = _reader(plain)(plain, taken_at or pasted.now())
    # The same bounds hold for every source, so what was read can always be kept as JSON.
    return from_mapping(to_mapping(snapshot))


def _reader(text: str) -> Reader:
    _, first = pasted.first_line(text)
    start = first.lstrip()
    if not start:
        raise SnapshotError(f"nothing to read; paste {ACCEPTED}")
    if start.startswith(("{", "[")):
        return lambda text, taken_at: from_json(text)
    if start.startswith("<") or "<nvidia_smi_log" in text:
        from stacks.hosts.nvidia_smi_xml import read_xml

        return read_xml
    return _reader_of_lines(text, first)


def _reader_of_lines(text: str, first: str) -> Reader:
    from stacks.hosts import nvidia_smi_csv, nvidia_smi_list, nvidia_smi_table

    if len(text) > _LINES_LIMIT:
        raise SnapshotError(f"not a description of a host: it is long, and neither JSON nor XML. Paste {ACCEPTED}")
    lines = text.split("\n")
    if any(nvidia_smi_list.GPU_LINE.fullmatch(line) for line in lines):
        return nvidia_smi_list.read_list
    if nvidia_smi_csv.is_header(first):
        return nvidia_smi_csv.read_csv
    if any(nvidia_smi_table.is_title(line) for line in lines):
        return nvidia_smi_table.read_table
    if first.strip() == "No devices were found":
        return _no_devices
    failure = next((said for sign, said in _FAILURES.items() if sign in text), None)
    if failure is not None:
        raise SnapshotError(failure)
    if nvidia_smi_csv.is_headless(first):
        what = "this looks like `--format=csv,noheader`, which does not say which column is which"
        raise SnapshotError(f"{what}. Run: {nvidia_smi_csv.QUERY}")
    if nvidia_smi_list.is_begun(first):
        return nvidia_smi_list.read_list
    raise SnapshotError(f"this is not a description of a host: it starts with `{first.strip()[:60]}`. Paste {ACCEPTED}")


def _no_devices(text: str, taken_at: str) -> HostSnapshot:
    note = Note(NoteLevel.WARNING, "nvidia-smi found no GPU on this host")
    return HostSnapshot(Source.NVIDIA_SMI_LIST, taken_at, gpus=(), notes=(note,))
