from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.compose.limits import limit_conflicts
from stacks.compose.references import is_enabled
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Related, Severity
from stacks.rules.registry import rule


@rule(
    "COM057",
    title="A limit is given twice with different values",
    layer=Layer.COMPOSE,
    severity=Severity.ERROR,
    on=Service,
    keys=("cpus", "deploy", "mem_limit", "mem_reservation", "pids_limit"),
    url="https://github.com/compose-spec/compose-go/blob/v2.9.1/loader/validate.go",
)
def conflicting_limits(service: Service, context: Context) -> Iterator[Finding]:
    """`mem_limit`, `cpus` and `pids_limit` say the same as `memory`, `cpus` and `pids` under
    `deploy.resources.limits`, and `mem_reservation` the same as `memory` under `reservations`. Docker Compose
    refuses a file where both are given with different values, and also where `limits:` is there without that one:
    `can't set distinct values`. So a `mem_limit` beside a `limits:` block that has only `cpus` is refused, and a
    `mem_reservation` beside reserved GPUs.

    Give the limit once, under `deploy.resources`.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch
        mem_limit: 64g
        deploy:
          resources:
            limits:
              memory: 32g
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch
        deploy:
          resources:
            limits:
              memory: 64g
    ```
    """
    for conflict in limit_conflicts(service):
        missing = f"a `{conflict.section}` block without `{conflict.name}`"
        other = f"`{conflict.other}`" if conflict.other_value else missing
        message = (
            f"Docker Compose will refuse `{conflict.key}` beside {other}: the two say the same and must not differ"
        )
        related = (Related(conflict.other_span, "the other value"),)
        severity = None if is_enabled(service) else Severity.WARNING
        hint = f"Write it once, as `{conflict.other}`."
        yield Finding(conflict.span, message, hint, related=related, severity=severity)
