from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.compose.nodes import Mapping, Node, Scalar, Sequence
from stacks.compose.ports import parse_port
from stacks.compose.schema_casts import to_integer
from stacks.compose.schema_cures import without_space
from stacks.compose.values import Invalid
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "NET001",
    title="A port cannot be read",
    layer=Layer.COMPOSE,
    severity=Severity.ERROR,
    on=Service,
    keys=("ports",),
    url="https://github.com/docker/go-connections/blob/v0.5.0/nat/nat.go",
)
def malformed_port(service: Service, context: Context) -> Iterator[Finding]:
    """The short form of a port is `[[ADDRESS:]HOST:]CONTAINER[/PROTOCOL]`, with ports from 1 to 65535 and an IP
    address, not a name. The long form needs a `target`. Docker Compose refuses the file for anything else, such
    as what a variable without a value leaves: `${PORT}:` is `:`.

    Give the variable a default, such as `${PORT:-8888}:8888`.

    ```yaml bad
    services:
      jupyter:
        image: quay.io/jupyter/pytorch-notebook
        ports:
          - "88888:8888"
    ```
    ```yaml good
    services:
      jupyter:
        image: quay.io/jupyter/pytorch-notebook
        ports:
          - "${PORT:-8888}:8888"
    ```
    """
    ports = service.sequence("ports")
    for index, item in enumerate(ports.items) if ports is not None else ():
        if isinstance(item, Mapping) and without_space((*service.path, "ports", index), item) is not None:
            continue  # the schema says it all
        reason, place = _long_form(item) if isinstance(item, Mapping) else (_short_form(item), None)
        if reason is not None:
            assert isinstance(ports, Sequence)
            span = ports.item_span(index)
            span = place.span if place is not None and span == item.span else span
            variable = isinstance(item, Scalar) and item.interpolated is not None
            hint = (
                "Give the variable a value or a default."
                if variable
                else 'Write `"HOST:CONTAINER"`, such as `"8888:8888"`.'
            )
            yield Finding(span, f"Docker Compose will refuse this port: {reason}", hint)


def _short_form(item: Node) -> str | None:
    if not isinstance(item, Scalar) or item.value is None or isinstance(item.value, bool):
        return None
    if isinstance(item.value, float):
        return f"`{item.text}` is not a whole number"
    result = parse_port(item.string if isinstance(item.value, str) else str(item.value))
    return result.reason if isinstance(result, Invalid) else None


def _long_form(item: Mapping) -> tuple[str | None, Node | None]:
    """What is wrong, and with which of the values."""
    target, address, published = item.get("target"), item.scalar("host_ip"), item.scalar("published")
    if target is None:
        return "it has no `target`", None
    number = target.value.value if isinstance(target.value, Scalar) else None
    number = to_integer(number) if isinstance(number, str) else number
    if isinstance(number, (int, float)) and number < 0:
        return f"`{number}` is negative", target.value
    if published is not None and isinstance(published.value, float):
        return f"`{published.text}` is not a whole number", published
    if address is not None and not _is_address(address.string):
        return f"`{address.string}` is not an IP address", address
    return None, None


def _is_address(text: str) -> bool:
    from ipaddress import ip_address

    try:
        ip_address(text)
    except ValueError:
        return False
    return "%" not in text
