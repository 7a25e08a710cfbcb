"""What to do about a value of the wrong form, and what to write in its place where that is known."""

from typing import Any, Final

from stacks.compose.nodes import Mapping, Node, Path, Plain, Scalar
from stacks.compose.schema_faults import Rewrite
from stacks.compose.schema_file import known_keys

_TIMES: Final = frozenset(
    {"interval", "timeout", "start_period", "start_interval", "stop_grace_period", "delay", "monitor", "window"}
)
_NOT_BY_QUOTES: Final = _TIMES | {"memory", "gpus"}  # a size or a time needs a unit, and `gpus` a word
_EQUALS: Final = frozenset({"environment", "labels", "annotations", "args", "sysctls"})  # of items `KEY=value`
_COLONS: Final = frozenset({"volumes", "ports", "devices"})  # of items `ONE:OTHER`, or mappings
_WITHOUT_LIMIT: Final = frozenset({"unlimited", "infinity", "infinite", "inf", "none", "max"})


def cure(path: Path, wanted: tuple[Any, ...], value: Plain, node: Node | None) -> str:
    """The hint; empty where to write the wanted form is all that can be said."""
    meant = rewrite(path, wanted, value, node)
    if meant is not None:
        return f"Write `{meant.shown}`."
    if isinstance(value, (bool, int, float)) and path[-1] == "memory":
        return f"Write a unit, too, such as `{value}g`."
    if isinstance(value, (bool, int, float)) and "string" in wanted:
        return "Put quotes around it."
    if not isinstance(value, (list, dict)) and "array" in wanted:
        return "Write it as a list, each item on a line of its own after `- `."
    if isinstance(value, dict) and "array" in wanted:
        item = _joined(node, ":") if path[-1] in _COLONS else None
        return f"Write a list, such as `- {item}`." if item is not None else "Begin each item with `- `."
    return ""


def rewrite(path: Path, wanted: tuple[Any, ...], value: Plain, node: Node | None) -> Rewrite | None:
    """What to write in place of a value whose meaning is plain; None for all others."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if number and path[-1] in _TIMES and "string" in wanted:
        return Rewrite(path, f"{value}s", f"{value}s", safe=False)
    if number and value in (0, 1) and "boolean" in wanted:
        return Rewrite(path, value == 1, "true" if value == 1 else "false")
    if isinstance(value, str) and "ulimits" in path[-3:-1] and value.lower() in _WITHOUT_LIMIT:
        return Rewrite(path, -1, "-1")
    if isinstance(value, dict) and isinstance(path[-1], int) and "string" in wanted:
        sign = "=" if path[-2] in _EQUALS else ":" if path[-2] == "extra_hosts" else None
        item = _joined(node, sign) if sign is not None else None
        return Rewrite(path, item, f"- {item}", safe="=" in (item or "")) if item is not None else None
    return None


def without_space(path: Path, mapping: Mapping) -> Rewrite | None:
    """The item that a space after its colon has made a mapping: `- ./data: /data`."""
    if len(path) < 2 or not isinstance(path[-1], int) or path[-2] not in _COLONS or len(mapping.entries) != 1:
        return None
    name = mapping.entries[0].name
    item = _joined(mapping, ":")
    if (
        item is None
        or name in known_keys(path)
        or not (name.isdigit() or any(sign in name for sign in "/.:~\\") or "/" in item)
    ):
        return None
    return Rewrite(path, item, f"- {item}")


def may_be_quoted(path: Path, wanted: tuple[Any, ...]) -> bool:
    """Whether quotes make of a plain value what is wanted: not a size or a time, which needs a unit."""
    return path[-1] not in _NOT_BY_QUOTES and set(wanted) <= {"string", "array", "object", "null"}


def _joined(node: Node | None, sign: str) -> str | None:
    """The only entry of a mapping as one text; None where it is more than a key and a value on one line."""
    entry = node.entries[0] if isinstance(node, Mapping) and len(node.entries) == 1 else None
    if entry is None or entry.is_merge or not isinstance(entry.key, Scalar) or not isinstance(entry.value, Scalar):
        return None
    text = entry.value.text if entry.value.value is not None else ""
    joined = f"{entry.key.text}{sign}{text}" if text or sign == ":" else entry.key.text
    return joined if text or sign == "=" else None
