from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.compose.health_checks import health_check
from stacks.compose.waits import HEALTHY, STARTED, Wait, waits
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
    keys=("depends_on",),
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
    for wait in waits(service) if service.get("depends_on") is not None else ():
        other = service.document.service(wait.name) if wait.condition == STARTED else None
        known = running(other) if other is not None else None
        if other is None or known is None or not known.is_slow:
            continue
        has_check = health_check(other) is not None
        yield Finding(
            wait.span,
            f"`{service.name}` will start minutes before `{wait.name}` answers: it waits for the container alone",
            "Wait for `condition: service_healthy`" + ("." if has_check else ", and give it a health check."),
            Fix("wait until it is healthy", partial(_edits, wait), safe=False) if has_check else None,
            (Related(other.span, f"{known.title} loads its model here"),),
        )


def _edits(wait: Wait) -> editing.Edits:
    service = wait.service
    path = (*service.path, "depends_on")
    if not wait.in_list:
        return editing.set_value(service.document, (*path, wait.name, "condition"), HEALTHY)
    conditions = {each.name: {"condition": HEALTHY if each.name == wait.name else STARTED} for each in waits(service)}
    return editing.set_value(service.document, path, conditions)
