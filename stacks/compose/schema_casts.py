"""What Compose makes of text where it wants a number or a truth value, before it looks at the schema.

The places are those of `interpolateTypeCastMapping` in compose-go 2.9.1, loader/interpolate.go. Quoted values are cast
as those of variables are: `replicas: "2"` is 2, `privileged: "yes"` is true, `tty: "maybe"` is refused.
"""

import re
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from stacks.compose.nodes import Path, Plain
from stacks.compose.values import parse_float
from stacks.patterns import lazy_pattern

_INTEGER = lazy_pattern(r"[-+]?[0-9]+")
_SPECIAL = lazy_pattern(r"[-+]?(?:inf|infinity)|nan", re.IGNORECASE)
_TRUE: Final = frozenset({"true", "y", "yes", "on"})
_FALSE: Final = frozenset({"false", "n", "no", "off"})


class NotCast(NamedTuple):
    """A text that cannot become what Compose wants at its place."""

    path: Path
    text: str
    expected: str


def to_integer(text: str) -> int | None:
    """As Go's `strconv.ParseInt` reads a decimal of 64 bits."""
    if not _INTEGER.fullmatch(text) or len(text) > 40:
        return None
    number = int(text)
    return number if -(2**63) <= number < 2**63 else None


def to_number(text: str) -> float | None:
    """As Go's `strconv.ParseFloat`, whose `inf` and `nan` are 0 here: they pass for numbers."""
    return 0.0 if _SPECIAL.fullmatch(text) else parse_float(text)


def to_boolean(text: str) -> bool | None:
    lower = text.lower()
    return True if lower in _TRUE else False if lower in _FALSE else None


Cast = tuple[Callable[[str], Any], str]
_INT: Final[Cast] = (to_integer, "a whole number")
_NUMBER: Final[Cast] = (to_number, "a number")
_BOOLEAN: Final[Cast] = (to_boolean, "`true` or `false`")

_UPDATE: Final[dict[str, Any]] = {"parallelism": _INT, "max_failure_ratio": _NUMBER}
_SERVICE: Final[dict[str, Any]] = {
    **dict.fromkeys(("cpu_count", "cpu_period", "cpu_quota", "cpu_rt_period", "cpu_rt_runtime", "cpu_shares"), _INT),
    **dict.fromkeys(("oom_score_adj", "pids_limit", "scale"), _INT),
    **dict.fromkeys(("cpu_percent", "cpus"), _NUMBER),
    **dict.fromkeys(("init", "oom_kill_disable", "privileged", "read_only", "stdin_open", "tty"), _BOOLEAN),
    "deploy": {
        "replicas": _INT,
        "update_config": _UPDATE,
        "rollback_config": _UPDATE,
        "restart_policy": {"max_attempts": _INT},
        "placement": {"max_replicas_per_node": _INT},
    },
    "healthcheck": {"retries": _INT, "disable": _BOOLEAN},
    "ports": [{"target": _INT}],
    "ulimits": {"*": {"": _INT, "hard": _INT, "soft": _INT}},
    "volumes": [{"read_only": _BOOLEAN, "volume": {"nocopy": _BOOLEAN}}],
}
_NETWORK_KEYS: Final = ("external", "internal", "attachable", "enable_ipv4", "enable_ipv6")
_ROOT: Final[dict[str, Any]] = {
    "services": {"*": _SERVICE},
    "networks": {"*": dict.fromkeys(_NETWORK_KEYS, _BOOLEAN)},
    **{name: {"*": {"external": _BOOLEAN}} for name in ("volumes", "secrets", "configs")},
}


def cast_data(data: Plain) -> tuple[Plain, tuple[NotCast, ...]]:
    """The data with its casts done, and those that fail; `data` is left as it is, and shared where nothing changes."""
    failed: list[NotCast] = []
    return _cast(data, _ROOT, (), failed), tuple(failed)


def _cast(value: Plain, spec: Any, path: Path, failed: list[NotCast]) -> Plain:
    if isinstance(value, str):
        cast = spec.get("") if isinstance(spec, dict) else spec
        return _cast_text(value, cast, path, failed) if isinstance(cast, tuple) else value
    if isinstance(value, dict) and isinstance(spec, dict):
        return _cast_mapping(value, spec, path, failed)
    if isinstance(value, list) and isinstance(spec, list):
        items = [_cast(item, spec[0], (*path, index), failed) for index, item in enumerate(value)]
        return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
    return value


def _cast_mapping(value: dict[str, Plain], spec: dict[str, Any], path: Path, failed: list[NotCast]) -> Plain:
    each = spec.get("*")
    result = value
    for key in value if each is not None else value.keys() & spec.keys():
        old = value[key]
        if isinstance(old, (str, dict, list)):
            new = _cast(old, spec[key] if each is None else each, (*path, key), failed)
            if new is not old:
                result = dict(value) if result is value else result
                result[key] = new
    return result


def _cast_text(text: str, cast: Cast, path: Path, failed: list[NotCast]) -> Plain:
    convert, expected = cast
    result: Plain = convert(text)
    if result is None:
        failed.append(NotCast(path, text, expected))
        return text
    return result
