"""Values that pass the schema and that Compose still cannot read: sizes, durations, numbers and truth values.

The places and types are those of the structs of compose-go 2.9.1 (types/types.go) and their `DecodeMapstructure`.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, Final, NamedTuple

from stacks.compose.document import Document
from stacks.compose.durations import parse_duration
from stacks.compose.nodes import RESET_TAG, Mapping, Node, Path, Scalar, Sequence
from stacks.compose.once import once
from stacks.compose.schema_casts import to_boolean, to_integer, to_number
from stacks.compose.schema_places import place_at
from stacks.compose.sizes import parse_bytes
from stacks.compose.source import Span
from stacks.compose.values import Invalid, quote


class DecodingFault(StrEnum):
    """Each kind is reported by one rule."""

    SIZE = "size"
    DURATION = "duration"
    NUMBER = "number"
    BOOLEAN = "boolean"


class DecodingProblem(NamedTuple):
    """A value that Compose refuses. `reason` has it in backticks; `path` leads to it."""

    fault: DecodingFault
    span: Span
    path: Path
    node: Scalar
    reason: str


Reader = Callable[[Scalar], str | None]


def _reason(result: object) -> str | None:
    return result.reason if isinstance(result, Invalid) else None


def _size(node: Scalar) -> str | None:
    if not isinstance(node.value, str):
        return None
    reason = _reason(parse_bytes(node.string))
    # Beyond 64 bits Compose overflows into a negative size instead of refusing it.
    return None if reason is not None and reason.endswith("2^63 - 1 bytes") else reason


def _duration(node: Scalar) -> str | None:
    return _reason(parse_duration(node.string)) if isinstance(node.value, str) else None


def _cpus(node: Scalar) -> str | None:
    if not isinstance(node.value, str) or to_number(node.string) is not None:
        return None
    return f"{quote(node.string)} is not a number of CPUs"


def _boolean(node: Scalar) -> str | None:
    if not isinstance(node.value, str) or to_boolean(node.string) is not None:
        return None
    return f"{quote(node.string)} is neither `true` nor `false`"


def _integer(node: Scalar) -> str | None:
    if not isinstance(node.value, str) or to_integer(node.string) is not None:
        return None
    return f"{quote(node.string)} is not a whole number"


def _unsigned(node: Scalar) -> str | None:
    number = to_integer(node.string) if isinstance(node.value, str) else node.value
    if isinstance(number, (int, float)) and number < 0:
        return f"{quote(node.string)} is negative"
    return None


def _plain_integer(node: Scalar) -> str | None:
    return f"{quote(node.string)} is text, but a plain number is wanted" if isinstance(node.value, str) else None


def _whole(node: Scalar) -> str | None:
    if isinstance(node.value, float):
        return f"{quote(node.text)} is not a whole number: it has a decimal point or an exponent"
    if isinstance(node.value, int) and not -(2**63) <= node.value < 2**63:
        return f"{quote(node.text)} is beyond 64 bits"
    return None


def _in_64_bits(node: Scalar) -> str | None:
    is_beyond = isinstance(node.value, int) and not -(2**63) <= node.value < 2**63
    return f"{quote(node.text)} is beyond 64 bits" if is_beyond else None


def _plain_whole(node: Scalar) -> str | None:
    return _plain_integer(node) or _whole(node)


def _mode(node: Scalar) -> str | None:
    digits = node.string.removeprefix("-").removeprefix("+")
    if isinstance(node.value, str) and not (digits and all(digit in "01234567" for digit in digits)):
        return f"{quote(node.string)} is not an octal number such as `0440`"
    return _whole(node)


_SIZE: Final = (DecodingFault.SIZE, _size)
_DURATION: Final = (DecodingFault.DURATION, _duration)
_BOOLEAN: Final = (DecodingFault.BOOLEAN, _boolean)
_UNSIGNED: Final = (DecodingFault.NUMBER, _unsigned)
_INTEGER: Final = (DecodingFault.NUMBER, _integer)
_PLAIN: Final = (DecodingFault.NUMBER, _plain_integer)
_WHOLE: Final = (DecodingFault.NUMBER, _whole)
_PLAIN_WHOLE: Final = (DecodingFault.NUMBER, _plain_whole)
_FITTING: Final = (DecodingFault.NUMBER, _in_64_bits)
_CPUS: Final = (DecodingFault.NUMBER, _cpus)

_REQUESTS: Final = [{"count": (DecodingFault.NUMBER, _in_64_bits)}]
_UPDATE: Final = {"delay": _DURATION, "monitor": _DURATION, "parallelism": _UNSIGNED}
_RESOURCE: Final = {
    "cpus": _CPUS,
    "memory": _SIZE,
    "pids": _INTEGER,
    "devices": _REQUESTS,
    "generic_resources": [{"discrete_resource_spec": {"value": _INTEGER}}],
}
_ULIMITS: Final = {"*": dict.fromkeys(("", "soft", "hard"), _WHOLE)}
_FILE_MOUNTS: Final = [{"mode": (DecodingFault.NUMBER, _mode)}]
_RATES: Final = [{"rate": _SIZE}]
_SERVICE: Final[dict[str, Any]] = {
    **dict.fromkeys(("mem_limit", "mem_reservation", "memswap_limit", "mem_swappiness", "shm_size"), _SIZE),
    "attach": _BOOLEAN,
    "blkio_config": {
        "weight": _PLAIN,
        "weight_device": [{"weight": _PLAIN}],
        **{f"device_{way}_{unit}": _RATES for way in ("read", "write") for unit in ("bps", "iops")},
    },
    "build": {
        "shm_size": _SIZE,
        **dict.fromkeys(("no_cache", "privileged", "pull"), _BOOLEAN),
        "secrets": _FILE_MOUNTS,
        "ulimits": {"*": dict.fromkeys(("", "soft", "hard"), _PLAIN_WHOLE)},
    },
    "configs": _FILE_MOUNTS,
    "depends_on": {"*": {"restart": _BOOLEAN}},
    "deploy": {
        "resources": {"limits": _RESOURCE, "reservations": _RESOURCE},
        "restart_policy": {"delay": _DURATION, "window": _DURATION, "max_attempts": _UNSIGNED},
        "rollback_config": _UPDATE,
        "update_config": _UPDATE,
        "replicas": _FITTING,
        "placement": {"max_replicas_per_node": _UNSIGNED},
    },
    "develop": {"watch": [{"initial_sync": _BOOLEAN}]},
    "env_file": [{"required": _BOOLEAN}],
    "expose": [_WHOLE],
    "gpus": _REQUESTS,
    "group_add": [_WHOLE],
    "healthcheck": {
        **dict.fromkeys(("interval", "timeout", "start_period", "start_interval"), _DURATION),
        "retries": _UNSIGNED,
    },
    "scale": _FITTING,
    "secrets": _FILE_MOUNTS,
    "stop_grace_period": _DURATION,
    "storage_opt": {"*": _WHOLE},
    "ulimits": _ULIMITS,
    "volumes": [{"bind": {"create_host_path": _BOOLEAN}, "tmpfs": {"size": _SIZE, "mode": _PLAIN}}],
}
_ROOT: Final[dict[str, Any]] = {
    "services": {"*": _SERVICE},
    "secrets": {"*": {"driver_opts": {"*": _WHOLE}}},
    "configs": {"*": {"driver_opts": {"*": _WHOLE}}},
}


@once
def decoding_problems(document: Document) -> tuple[DecodingProblem, ...]:
    """The values that Compose cannot read, in the order of the file; worked out once for a document."""
    walk = _Walk()
    if document.root is not None:
        walk.mapping(document.root, _ROOT)
    return tuple(walk.found)


class _Walk:
    """Reads the values at the places of a table; where it is, is only worked out where something is wrong."""

    def __init__(self) -> None:
        self.found: list[DecodingProblem] = []
        self.steps: list[tuple[Mapping | Sequence, str | int]] = []

    def mapping(self, node: Mapping, spec: dict[str, Any]) -> None:
        entries = node.effective
        each = spec.get("*")
        if each is not None:
            for key, entry in entries.items():
                self.value(node, key, entry.value, each)
            return
        for key in entries:
            if key in spec:
                self.value(node, key, entries[key].value, spec[key])

    def value(self, parent: Mapping | Sequence, step: str | int, node: Node, spec: Any) -> None:
        if type(node) is Scalar:
            reader = spec.get("") if type(spec) is dict else spec
            if type(reader) is tuple:
                reason = reader[1](node)
                if reason is not None and node.tag != RESET_TAG:
                    self._report(parent, step, node, reader[0], reason)
        elif node.tag != RESET_TAG:
            self.steps.append((parent, step))
            if type(node) is Mapping and type(spec) is dict:
                self.mapping(node, spec)
            elif type(node) is Sequence and type(spec) is list:
                for index, item in enumerate(node.items):
                    self.value(node, index, item, spec[0])
            self.steps.pop()

    def _report(
        self, parent: Mapping | Sequence, step: str | int, node: Scalar, fault: DecodingFault, reason: str
    ) -> None:
        span = place_at(parent, (step,)).span
        path = (*(each for _, each in self.steps), step)
        self.found.append(DecodingProblem(fault, span, path, node, reason))
