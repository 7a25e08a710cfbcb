"""The repair that two rules share: a misspelt key of a device request gets its name."""

from collections.abc import Iterable

from stacks.compose import editing
from stacks.compose.devices import DeviceCount, DeviceRequest
from stacks.compose.gpu_requests import REQUEST_KEYS, as_written, in_steps, selection_in
from stacks.compose.nodes import Entry, Node, Plain, Scalar, Sequence
from stacks.compose.source import TextEdit
from stacks.facts.device_requests import capabilities_meant, key_meant
from stacks.rules.findings import Fix


def unknown_keys(request: DeviceRequest) -> Iterable[Entry]:
    """The entries of a request that the Compose Specification does not have."""
    node = request.node
    entries = () if isinstance(node, Scalar | Sequence) else node.effective.values()
    return (entry for entry in entries if entry.name not in REQUEST_KEYS and not entry.name.startswith("x-"))


def renamed_key(request: DeviceRequest, entry: Entry) -> Fix | None:
    """Give a misspelt key of a request its name and, where needed, its shape; None where that is not certain."""
    meant = key_meant(entry.name)
    if meant is None or request.get(meant) is not None:
        return None
    shaped = _shaped(meant, entry.value)
    if shaped is None:
        return None
    key, value = shaped
    if {"count": "device_ids", "device_ids": "count"}.get(key, key) in _keys(request) - {entry.name}:
        return None
    document, path = request.service.document, (*request.path, entry.name)

    def make_edits() -> Iterable[TextEdit]:
        steps = [lambda step: editing.rename_key(step, path, key, in_place=True)]
        if value != as_written(entry.value):
            steps.append(lambda step: editing.set_value(step, (*request.path, key), value, in_place=True))
        return in_steps(document, *steps)

    return Fix(f"write `{key}`", make_edits, safe=entry.name not in _AMBIGUOUS)


def _keys(request: DeviceRequest) -> set[str]:
    return set() if isinstance(request.node, Scalar | Sequence) else set(request.node.effective)


def _shaped(meant: str, node: Node) -> tuple[str, Plain] | None:
    if isinstance(node, Scalar):
        return _shaped_scalar(meant, node)
    if meant == "options":
        return meant, as_written(node)
    if meant not in ("device_ids", "capabilities") or not isinstance(node, Sequence):
        return None
    names = [item.text for item in node.items if isinstance(item, Scalar)]
    unique = capabilities_meant(names) if meant == "capabilities" else list(dict.fromkeys(names))
    return (meant, list(unique)) if len(names) == len(node.items) and unique else None


def _shaped_scalar(meant: str, node: Scalar) -> tuple[str, Plain] | None:
    if meant == "count":
        return (meant, as_written(node)) if DeviceCount.read(node).number is not None else None
    if meant == "capabilities":
        words = capabilities_meant(node.text.replace(",", " ").split())
        return (meant, list(words)) if words else None
    if meant == "device_ids":
        selection = selection_in(node.string) if node.interpolated is None else None
        if selection is None:
            return None
        return (meant, list(selection.device_ids)) if selection.device_ids else ("count", "all")
    return (meant, as_written(node)) if isinstance(node.value, str) and meant == "driver" else None


# Names that may have been meant in another way: `gpus: 2` in a request may count or name a GPU.
_AMBIGUOUS = frozenset({"device", "devices", "gpu", "gpus", "index", "value", "number", "type", "vendor", "runtime"})
