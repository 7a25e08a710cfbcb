import re
from collections.abc import Iterator
from functools import partial

from stacks.compose.document import Document, Service
from stacks.compose.environment import EnvironmentVariable
from stacks.compose.port_items import port_items
from stacks.compose.variable_edits import set_variable
from stacks.listening import listening_ports, port_behind
from stacks.patterns import lazy_pattern
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Related, Severity
from stacks.rules.registry import rule

_ADDRESS = lazy_pattern(
    r"[a-z][a-z0-9+]*://(?:[^@/\s]*@)?(?P<host>[A-Za-z0-9][A-Za-z0-9_.-]*):(?P<port>\d{1,5})(?=[/?#,]|\Z)"
)


@rule(
    "NET105",
    title="A service is asked on the port that it has on the host",
    layer=Layer.PRACTICE,
    severity=Severity.WARNING,
    on=Document,
    url="https://docs.docker.com/compose/how-tos/networking/",
)
def host_port_between_services(document: Document, context: Context) -> Iterator[Finding]:
    """Services talk to each other over their own network, where each listens on the port of its container. The port
    that `ports` publishes exists on the host only: with `"8080:80"` other services reach `http://tgi:80`, and
    `http://tgi:8080` is refused. Where it is not known on what the other service listens, this is only a note.

    Write the second number of the mapping.

    ```yaml bad
    services:
      tgi:
        image: ghcr.io/huggingface/text-generation-inference:3.3.4
        shm_size: 1gb
        ports:
          - "8080:80"
      app:
        build: .
        environment:
          LLM_URL: http://tgi:8080
    ```
    ```yaml good
    services:
      tgi:
        image: ghcr.io/huggingface/text-generation-inference:3.3.4
        shm_size: 1gb
        ports:
          - "8080:80"
      app:
        build: .
        environment:
          LLM_URL: http://tgi:80
    ```
    """
    for service in document.services:
        for variable in service.environment if service.get("environment") is not None else ():
            match = _ADDRESS.match(variable.value) if variable.value and "://" in variable.value else None
            other = document.service(match["host"]) if match is not None else None
            if match is None or other is None or other is service or _is_elsewhere(service, other):
                continue
            right = port_behind(other, int(match["port"]))
            if right is not None:
                yield _finding(service, variable, match, other, right)


def _finding(
    service: Service, variable: EnvironmentVariable, match: re.Match[str], other: Service, right: int
) -> Finding:
    value = variable.value or ""
    corrected = f"{value[: match.start('port')]}{right}{value[match.end('port') :]}"
    fix = Fix(f"write port {right}", partial(set_variable, service, variable, corrected), safe=False)
    return Finding(
        variable.value_span,
        f"`{other.name}` will not answer here: {match['port']} is its port on the host, and other services use {right}",
        f"Write `{other.name}:{right}`.",
        fix if variable.node.interpolated is None else None,
        (Related(port_items(other)[0].span, "published here"),),
        None if listening_ports(other) else Severity.INFO,
    )


def _is_elsewhere(service: Service, other: Service) -> bool:
    return service.get("network_mode") is not None or other.get("network_mode") is not None
