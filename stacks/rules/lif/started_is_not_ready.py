from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.compose.health_checks import health_check
from stacks.compose.nodes import Mapping, Scalar, Sequence
from stacks.compose.source import Span
from stacks.listening import running
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Related, Severity
from stacks.rules.registry import rule


@rule(
    "LIF101",
    title="A service waits for the start of a model server, not for its answer",
    layer=Layer.PRACTICE,
    severity=Severity.INFO,
    on=Service,
    url="https://docs.docker.com/compose/how-tos/startup-order/",
)
def started_is_not_ready(service: Service, context: Context) -> Iterator[Finding]:
    """`depends_on` as a list waits until the other container has started. A server such as vLLM then still loads its
    model, for minutes, or downloads it first. A service that asks it at once gets `connection refused`, and one that
    does not try again stops.

    Where the program does not try again by itself, give the server a health check and wait for `service_healthy`.

    ```yaml bad
    services:
      app:
        build: .
        depends_on:
          - vllm
      vllm:
        image: vllm/vllm-openai:v0.11.0
        shm_size: 8gb
    ```
    ```yaml good
    services:
      app:
        build: .
        depends_on:
          vllm:
            condition: service_healthy
      vllm:
        image: vllm/vllm-openai:v0.11.0
        shm_size: 8gb
        healthcheck:
          test: ["CMD", "curl", "-f", "http://localhost:8000/health"]
          start_period: 10m
    ```
    """
    node = service.node.value("depends_on")
    if isinstance(node, Sequence):
        for index, item in enumerate(node.items):
            if isinstance(item, Scalar):
                yield from _findings(service, item.string, node.item_span(index), in_list=True)
    elif isinstance(node, Mapping):
        for name, entry in node.effective.items():
            condition = entry.value.scalar("condition") if isinstance(entry.value, Mapping) else None
            if condition is not None and condition.string == "service_started":
                yield from _findings(service, name, condition.span, in_list=False)


def _findings(service: Service, name: str, span: Span, *, in_list: bool) -> Iterator[Finding]:
    other = service.document.service(name)
    known = running(other) if other is not None else None
    if other is None or known is None or not known.is_slow:
        return
    has_check = health_check(other) is not None
    hint = "Wait for `condition: service_healthy`" + ("." if has_check else ", and give it a health check.")
    yield Finding(
        span,
        f"`{service.name}` will start minutes before {known.title} answers: it waits only for the container's start",
        hint,
        Fix("wait until it is healthy", partial(_edits, service, name, in_list), safe=False) if has_check else None,
        (Related(other.span, f"{known.title} loads its model here"),),
    )


def _edits(service: Service, name: str, in_list: bool) -> editing.Edits:
    path = (*service.path, "depends_on")
    if not in_list:
        return editing.set_value(service.document, (*path, name, "condition"), "service_healthy")
    node = service.node.value("depends_on")
    names = [item.string for item in node.scalars] if isinstance(node, Sequence) else []
    conditions = {each: {"condition": "service_healthy" if each == name else "service_started"} for each in names}
    return editing.set_value(service.document, path, conditions)
