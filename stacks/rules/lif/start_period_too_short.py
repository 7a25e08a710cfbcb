from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.document import Document, Service
from stacks.compose.health_checks import grace, health_check
from stacks.compose.waits import HEALTHY, waited_for
from stacks.listening import running
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Related, Severity
from stacks.rules.registry import rule

_LEAST = 120  # seconds; a small model from a warm disk takes about one minute, most take several
_ENOUGH = "10m"


@rule(
    "LIF102",
    title="A health check gives up before the model is loaded",
    layer=Layer.PRACTICE,
    severity=Severity.WARNING,
    on=Document,
    url="https://docs.docker.com/reference/dockerfile/#healthcheck",
)
def start_period_too_short(document: Document, context: Context) -> Iterator[Finding]:
    """A container is unhealthy after `retries` failed checks in a row; those within `start_period` do not count, and
    the first that succeeds ends it. A server of large models needs minutes until it answers, more when it downloads the
    model first. When the check gives up before, `docker compose up` stops with `dependency failed to start: container
    is unhealthy`, and tools that restart unhealthy containers begin the load anew, for ever.

    Set `start_period` generously: it delays nothing, since the first success counts.

    ```yaml bad
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
          interval: 10s
          retries: 3
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
          interval: 10s
          retries: 3
          start_period: 10m
    ```
    """
    slow = {service.name: service for service in document.services if _is_slow(service)}
    waiting = waited_for(document, HEALTHY) if slow else {}
    for name, service in slow.items():
        check, known, patience = health_check(service), running(service), grace(service)
        if check is None or known is None or patience is None or patience >= _LEAST:
            continue
        entry = service.mapping("healthcheck")
        given = entry.get("start_period") if entry is not None else None
        path = (*service.path, "healthcheck", "start_period")
        waiter = waiting.get(name)
        yield Finding(
            given.value_span if given is not None else check.span,
            f"{known.title} may count as unhealthy while it loads its model: the check gives up after {patience:g} s",
            f"Set `start_period: {_ENOUGH}`; the first success ends it.",
            Fix(f"set `start_period: {_ENOUGH}`", partial(editing.set_value, document, path, _ENOUGH)),
            (Related(waiter.span, f"`{waiter.service.name}` waits for its health"),) if waiter is not None else (),
            None if waiter is not None else Severity.INFO,
        )


def _is_slow(service: Service) -> bool:
    known = running(service) if service.get("healthcheck") is not None else None
    return known is not None and known.is_slow
