import re
from collections.abc import Iterator
from functools import partial

from stacks.compose.document import Document, Service
from stacks.compose.environment import EnvironmentVariable
from stacks.compose.references import is_self_contained
from stacks.compose.variable_edits import set_variable
from stacks.facts.images import image_facts
from stacks.listening import own_ports, port_owners
from stacks.patterns import lazy_pattern
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Related, Severity
from stacks.rules.registry import rule

_LOCAL = lazy_pattern(r"(?P<scheme>[a-z][a-z0-9+]*://(?:[^@/\s]*@)?)(?:localhost|127\.0\.0\.1):(?P<port>\d{1,5})(?!\d)")
# Addresses that a browser is given, or that are compared with one: there `localhost` is the user's own machine.
_OF_BROWSERS = lazy_pattern(
    r"PUBLIC|CORS|ORIGIN|VITE_|REACT_APP|FRONTEND|BROWSER|CALLBACK|REDIRECT|EXTERNAL|ALLOWED|WEBUI_URL|NEXTAUTH|"
    r"ROOT_URL|SITE_URL|WEB_URL|APP_URL|BASE_PATH|DOMAIN|CONSOLE|WEBHOOK|CLIENT|UI_|DASHBOARD|PORTAL|ISSUER|HOST_URL",
    re.IGNORECASE,
)
# Services that are web pages by their name, and what their programs, which run in the browser, are told of a server.
_PAGES = lazy_pattern(
    r"front|web|client|dashboard|portal|(^|[-_])(ui|gui|spa|site|next|nuxt|react)([-_]|$)", re.IGNORECASE
)
_OF_PAGES = lazy_pattern(r"(^|_)(API|BACKEND|SERVER|WS|WEBSOCKET|SOCKET)(_|$)", re.IGNORECASE)


@rule(
    "NET104",
    title="A variable leads to another service by localhost",
    layer=Layer.PRACTICE,
    severity=Severity.WARNING,
    on=Document,
    url="https://docs.docker.com/compose/how-tos/networking/",
)
def localhost_of_another_service(document: Document, context: Context) -> Iterator[Finding]:
    """Inside a container `localhost` is that container. Another service of the file is reached by its name, on the port
    on which it listens inside its own container, whatever is published: `http://ollama:11434`. With
    `http://localhost:11434` the program finds nothing: `connection refused`.

    ```yaml bad
    services:
      ollama:
        image: ollama/ollama:0.13.5
      ui:
        image: ghcr.io/open-webui/open-webui:v0.6.30
        environment:
          OLLAMA_BASE_URL: http://localhost:11434
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
    asking = [(service, found) for service in document.services for found in _local_addresses(service)]
    if not asking or not is_self_contained(document):
        return
    owners = port_owners(document)
    for service, (variable, match) in asking:
        other, target = owners.get(int(match["port"]), (service, 0))
        if other is service or target in own_ports(service):
            continue
        right = f"{match['scheme']}{other.name}:{target}"
        value = (variable.value or "").replace(match[0], right)
        fix = Fix(f"write `{other.name}:{target}`", partial(set_variable, service, variable, value), safe=False)
        yield Finding(
            variable.value_span,
            f"`{variable.name}` will lead nowhere: `localhost` is this container, not that of `{other.name}`",
            f"Write `{other.name}:{target}` for the host and port.",
            fix if variable.node.interpolated is None else None,
            (Related(other.span, f"listens on port {target}"),),
        )


def _is_page(service: Service) -> bool:
    """Whether the service may be a web page that takes its addresses to the browser; known images do not."""
    known = image_facts(service.image.string).known if service.image is not None else None
    return known is None and _PAGES.search(service.name) is not None


def _local_addresses(service: Service) -> Iterator[tuple[EnvironmentVariable, re.Match[str]]]:
    if service.get("environment") is None or service.get("network_mode") is not None:
        return
    is_page = _is_page(service)
    for variable in service.environment:
        if not variable.value or "://" not in variable.value or _OF_BROWSERS.search(variable.name):
            continue
        if not (is_page and _OF_PAGES.search(variable.name)):
            match = _LOCAL.match(variable.value)
            if match is not None and int(match["port"]) not in own_ports(service):
                yield variable, match
