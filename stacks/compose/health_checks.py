"""A service's health check: what it runs, and how long it waits."""

from typing import Final, NamedTuple

from stacks.compose.document import Service
from stacks.compose.durations import parse_duration
from stacks.compose.nodes import Node, Scalar, Sequence
from stacks.compose.once import once
from stacks.compose.references import lineage
from stacks.compose.source import Span
from stacks.patterns import lazy_pattern

_SHELLS: Final = frozenset({"sh", "bash", "/bin/sh", "/bin/bash", "ash"})
_COMMAND: Final = lazy_pattern(r"(?:^|[;&|(!])\s*(?:(?:if|then|do|while)\s+)?(?:!\s*)?([A-Za-z0-9_./-]+)")
_SECOND: Final = 1_000_000_000
_PORT: Final = lazy_pattern(r":(\d{1,5})(?!\d)")
_HERE: Final = ("localhost", "127.0.0.1", "0.0.0.0", "[::1]")  # noqa: S104 - names to compare, nothing is bound here
_DEFAULTS: Final = {"interval": 30, "timeout": 30, "start_period": 0}
_RETRIES: Final = 3


class HealthCheck(NamedTuple):
    """The check that counts for a service. `words` are those of the list form, without `CMD`; else `shell` is set."""

    test: Node
    span: Span
    words: tuple[Scalar, ...]
    shell: str

    @property
    def programs(self) -> tuple[str, ...]:
        """The programs that it calls, as far as they stand at the beginning of a command."""
        if self.shell:
            return tuple(match.group(1) for match in _COMMAND.finditer(self.shell))
        texts = [word.string for word in self.words]
        if texts and texts[0] in _SHELLS:
            return (texts[0], *(match.group(1) for text in texts[2:] for match in _COMMAND.finditer(text)))
        return tuple(texts[:1])

    @property
    def ports(self) -> tuple[int, ...]:
        """The ports of the container itself that it asks."""
        text = self.shell or " ".join(word.string for word in self.words)
        found = _PORT.finditer(text)
        return tuple(int(match.group(1)) for match in found if text.endswith(_HERE, 0, match.start()))


@once
def health_check(service: Service) -> HealthCheck | None:
    """The check that the file gives a service, inherited ones too; None where it has none, or it is switched off."""
    if service.get("healthcheck") is None and service.get("extends") is None:
        return None
    disabled, test = _given(service, "disable"), _given(service, "test")
    if test is None or (isinstance(disabled, Scalar) and disabled.value is True):
        return None
    if isinstance(test, Scalar):
        return HealthCheck(test, test.span, (), test.string) if isinstance(test.value, str) else None
    words = list(test.scalars) if isinstance(test, Sequence) else []
    if not isinstance(test, Sequence) or not words or len(words) != len(test.items):
        return None
    form = words.pop(0)
    if form.string == "CMD" and words:
        return HealthCheck(test, test.span, tuple(words), "")
    if form.string == "CMD-SHELL" and words:
        return HealthCheck(test, test.span, (), words[0].string)
    return None


def _given(service: Service, name: str) -> Node | None:
    """What `healthcheck` has under a name, its own or inherited."""
    if service.get("extends") is not None:
        return lineage(service).find("healthcheck", name)
    node = service.find("healthcheck", name)
    return None if isinstance(node, Scalar) and node.value is None else node


def seconds(service: Service, name: str) -> float | None:
    """A time of the health check in seconds, Docker's default where it is not given; None where it cannot be read."""
    node = _given(service, name)
    if node is None:
        return _DEFAULTS[name]
    value = parse_duration(node.string) if isinstance(node, Scalar) else None
    return value / _SECOND if isinstance(value, int) else None


def grace(service: Service) -> float | None:
    """How long, in seconds, the service may take until it answers before it counts as unhealthy."""
    start, interval = seconds(service, "start_period"), seconds(service, "interval")
    node = _given(service, "retries")
    retries = node.value if isinstance(node, Scalar) else _RETRIES if node is None else None
    if start is None or interval is None or not isinstance(retries, (int, float)):
        return None
    return start + (interval or _DEFAULTS["interval"]) * (retries or _RETRIES)
