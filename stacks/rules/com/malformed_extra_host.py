from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.compose.nodes import Mapping, Scalar, Sequence
from stacks.compose.source import Span
from stacks.compose.values import quote
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule

_HINT = "Write `NAME=ADDRESS`."


@rule(
    "COM065",
    title="An extra host has no address or no name",
    layer=Layer.COMPOSE,
    severity=Severity.ERROR,
    on=Service,
    keys=("build", "extra_hosts"),
    url="https://github.com/compose-spec/compose-go/blob/v2.9.1/types/hostList.go",
)
def malformed_extra_host(service: Service, context: Context) -> Iterator[Finding]:
    """Each item of `extra_hosts` is a name and an address: `NAME=ADDRESS`, or `NAME:ADDRESS` as of old. Docker
    Compose refuses the file where the address or the name is missing, or where the name has a `:` or `=` in it.

    Write `host.docker.internal=host-gateway`.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch
        extra_hosts:
          - host.docker.internal
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch
        extra_hosts:
          - host.docker.internal=host-gateway
    ```
    """
    for path in (("extra_hosts",), ("build", "extra_hosts")):
        node = service.find(*path) if service.get(path[0]) is not None else None
        if isinstance(node, Sequence):
            for index, item in enumerate(node.items):
                if isinstance(item, Scalar):
                    yield from _finding(_host(item.string), node.item_span(index), item.string)
        elif isinstance(node, Mapping):
            for name, entry in node.effective.items():
                yield from _finding(name, entry.key.span, name)


def _host(text: str) -> str | None:
    """The name of the host; None where there is no address."""
    separator = "=" if "=" in text else ":"
    name, found, _ = text.partition(separator)
    return name if found else None


def _finding(host: str | None, span: Span, text: str) -> Iterator[Finding]:
    if host is None:
        yield Finding(span, f"Docker Compose will refuse this file: {quote(text)} has no address", _HINT)
    elif not host or ":" in host or "=" in host:
        yield Finding(
            span,
            f"Docker Compose will refuse this file: {quote(host)} is not the name of a host",
            "Write `NAME=ADDRESS`.",
        )
