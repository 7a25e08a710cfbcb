from collections.abc import Iterator
from functools import partial

from stacks.arguments import Word
from stacks.compose.document import Service
from stacks.compose.port_items import port_items
from stacks.compose.source import Span, TextEdit
from stacks.listening import is_on_host_network, loopback_word, running
from stacks.patterns import lazy_pattern
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Related, Severity
from stacks.rules.registry import rule

_ADDRESS = lazy_pattern(r"127(?:\.\d{1,3}){3}|localhost|\[::1\]|::1")
_ALL = "0.0.0.0"  # noqa: S104 - what the user's program is to be told, nothing is bound here


@rule(
    "NET103",
    title="A server whose port is published listens inside its container only",
    layer=Layer.PRACTICE,
    severity=Severity.WARNING,
    on=Service,
    keys=("ports",),
    url="https://docs.docker.com/engine/network/port-publishing/",
)
def listens_on_loopback(service: Service, context: Context) -> Iterator[Finding]:
    """`127.0.0.1` and `localhost` are the container itself, each container its own. A server that is told to listen
    there answers neither on the published port nor to other services: the engine forwards to the container's address
    on its network. To keep the service to this machine, publish on `127.0.0.1` instead.

    ```yaml bad
    services:
      vllm:
        image: vllm/vllm-openai:v0.11.0
        command: ["--model", "Qwen/Qwen3-0.6B", "--host", "127.0.0.1"]
        shm_size: 8gb
        ports:
          - "8000:8000"
    ```
    ```yaml good
    services:
      vllm:
        image: vllm/vllm-openai:v0.11.0
        command: ["--model", "Qwen/Qwen3-0.6B", "--host", "0.0.0.0"]
        shm_size: 8gb
        ports:
          - "127.0.0.1:8000:8000"
    ```
    """
    if service.get("ports") is None or is_on_host_network(service):
        return
    known = running(service)
    word = loopback_word(service) if known is not None else None
    items = port_items(service) if word is not None else ()
    if word is not None and known is not None and items:
        yield Finding(
            word.span,
            f"nothing will answer on the published port: `{word.text}` is the container itself, not the host",
            f"Let {known.title} listen on `0.0.0.0`; to keep it to this machine, publish on `127.0.0.1`.",
            Fix("listen on `0.0.0.0`", partial(_edits, service, word), safe=False),
            (Related(items[0].span, "published here"),),
        )


def _edits(service: Service, word: Word) -> tuple[TextEdit, ...]:
    """The address alone, where it stands in the file as it is read."""
    found = _ADDRESS.search(service.document.source.text, word.span.start, word.span.end)
    return (TextEdit(Span(*found.span()), _ALL),) if found is not None else ()
