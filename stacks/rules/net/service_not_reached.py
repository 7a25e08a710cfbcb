import re
from collections.abc import Iterator
from functools import partial

from stacks.compose.document import Document, Service
from stacks.compose.environment import EnvironmentVariable
from stacks.compose.reachable_names import names_of, networks_of
from stacks.compose.references import is_self_contained
from stacks.compose.variable_edits import set_variable
from stacks.facts.spelling import closest
from stacks.patterns import lazy_pattern
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Related, Severity
from stacks.rules.registry import rule

_ADDRESS = lazy_pattern(
    r"(?P<scheme>[a-z][a-z0-9+]*)://(?:[^@/\s]*@)?(?P<host>[A-Za-z][A-Za-z0-9_-]{2,})(?=[:/?#,]|\Z)"
)
# What stands after `://` of others is a bucket, a repository, a file, or a name inside one program.
_OF_HOSTS = lazy_pattern(
    r"(?:https?|wss?|tcp|udp|grpcs?|rtmps?|rtsps?|rediss?|valkey|postgres(?:ql)?|mysql|mariadb|mssql|mongodb|amqps?|kafka|"
    r"nats|mqtt|bolt|neo4j|clickhouse|elasticsearch|memcached|etcd|pulsar|ray|ldaps?|s?ftp|smtp|dask)(?:\+[a-z0-9]+)?"
)


@rule(
    "NET112",
    title="A variable leads to a service that is not there, or in no common network",
    layer=Layer.PRACTICE,
    severity=Severity.WARNING,
    on=Document,
    url="https://docs.docker.com/compose/how-tos/networking/",
)
def service_not_reached(document: Document, context: Context) -> Iterator[Finding]:
    """Services find each other by name, in the networks that they have in common. A name that is spelt otherwise than
    the service, or that of a service in other networks only, is not found: `Could not resolve host`.

    Write the name of the service, and give both a network in common. Networks from outside the file may have other
    names; services in those are left alone.

    ```yaml bad
    services:
      ollama:
        image: ollama/ollama:0.13.5
      ui:
        image: ghcr.io/open-webui/open-webui:v0.6.30
        environment:
          OLLAMA_BASE_URL: http://olama:11434
    ```
    ```yaml good
    services:
      ollama:
        image: ollama/ollama:0.13.5
      ui:
        image: ghcr.io/open-webui/open-webui:v0.6.30
        environment:
          OLLAMA_BASE_URL: http://ollama:11434
    ```
    """
    if "://" not in document.text or not is_self_contained(document) or len(document.services) < 2:
        return
    for service in document.services:
        if service.get("environment") is None or any(service.get(key) for key in ("network_mode", "extends", "links")):
            continue
        for variable in service.environment:
            match = _ADDRESS.match(variable.value) if variable.value and "://" in variable.value else None
            finding = _judged(service, variable, match) if match is not None else None
            if finding is not None:
                yield finding


def _judged(service: Service, variable: EnvironmentVariable, match: re.Match[str]) -> Finding | None:
    document, host = service.document, match["host"]
    own, other = networks_of(service), document.service(host)
    if own is None or other is service or host == "localhost" or not _OF_HOSTS.fullmatch(match["scheme"]):
        return None
    if other is not None:
        others = networks_of(other)
        if others is None or own & others or other.get("network_mode") is not None or other.get("extends") is not None:
            return None
        message = f"`{variable.name}` will lead nowhere: `{service.name}` and `{host}` have no network in common"
        related = (Related(other.span, "is in other networks"),)
        return Finding(variable.value_span, message, "Put both into one network.", related=related)
    if host in names_of(document):
        return None
    meant = closest(host, [each.name for each in document.services if each is not service], cutoff=0.8)
    if meant is None or _without_digits(meant) == _without_digits(host) != host:
        return None  # `node1` is another host beside the service `node2`
    value = variable.value or ""
    right = f"{value[: match.start('host')]}{meant}{value[match.end('host') :]}"
    fix = Fix(f"write `{meant}`", partial(set_variable, service, variable, right), safe=False)
    message = f"`{variable.name}` will lead nowhere: there is no service `{host}`"
    return Finding(
        variable.value_span, message, f"Did you mean `{meant}`?", fix if variable.node.interpolated is None else None
    )


def _without_digits(name: str) -> str:
    return re.sub(r"\d", "", name)
