from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.compose.references import lineage
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "LIF106",
    title="A health check has a start interval and no start period",
    layer=Layer.PRACTICE,
    severity=Severity.ERROR,
    on=Service,
    keys=("healthcheck",),
    url="https://github.com/docker/compose/blob/main/pkg/e2e/healthcheck_test.go",
)
def start_interval_without_start_period(service: Service, context: Context) -> Iterator[Finding]:
    """`start_interval` is the time between checks within the start period. Without a start period there is nothing to
    apply it to: `docker compose config` accepts the file, and `docker compose up` stops with
    `healthcheck.start_interval requires healthcheck.start_period to be set`.

    ```yaml bad
    services:
      ollama:
        image: ollama/ollama:0.13.5
        healthcheck:
          test: ["CMD", "ollama", "list"]
          start_interval: 2s
    ```
    ```yaml good
    services:
      ollama:
        image: ollama/ollama:0.13.5
        healthcheck:
          test: ["CMD", "ollama", "list"]
          start_interval: 2s
          start_period: 1m
    ```
    """
    node = service.mapping("healthcheck")
    entry = node.get("start_interval") if node is not None else None
    whole = lineage(service)
    if entry is None or not whole.is_whole or whole.find("healthcheck", "start_period") is not None:
        return
    path = (*service.path, "healthcheck", "start_period")
    yield Finding(
        entry.key.span,
        "`up` will stop here: `start_interval` needs a `start_period`",
        "Set `start_period`.",
        Fix("set `start_period: 1m`", partial(editing.set_value, context.document, path, "1m"), safe=False),
    )
