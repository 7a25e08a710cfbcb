from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.compose.limits import whole_number
from stacks.compose.references import is_enabled, lineage
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Related, Severity
from stacks.rules.registry import rule


@rule(
    "COM069",
    title="The number of replicas is negative or given twice",
    layer=Layer.COMPOSE,
    severity=Severity.ERROR,
    on=Service,
    keys=("deploy", "scale"),
    url="https://github.com/compose-spec/compose-go/blob/v2.9.1/loader/validate.go",
)
def conflicting_replicas(service: Service, context: Context) -> Iterator[Finding]:
    """`scale` and `deploy.replicas` say the same. Docker Compose refuses a service where both are given with
    different numbers, and one whose number is negative.

    Keep `deploy.replicas`.

    ```yaml bad
    services:
      worker:
        image: pytorch/pytorch
        scale: 2
        deploy:
          replicas: 3
    ```
    ```yaml good
    services:
      worker:
        image: pytorch/pytorch
        deploy:
          replicas: 3
    ```
    """
    if service.get("scale") is None and service.get("deploy") is None:
        return
    whole = lineage(service)
    scale, replicas = whole.find("scale"), whole.find("deploy", "replicas")
    severity = None if is_enabled(service) else Severity.WARNING
    wanted = [(node, whole_number(node)) for node in (scale, replicas) if node is not None]
    for node, number in wanted:
        if number is not None and number < 0:
            message = f"Docker Compose will refuse this file: `{number}` replicas cannot be started"
            yield Finding(node.span, message, "Write 0 or more.", severity=severity)
    if len(wanted) == 2 and len({number for _, number in wanted}) == 2 and None not in {number for _, number in wanted}:
        message = (
            f"Docker Compose will refuse this file: `scale` is {wanted[0][1]} but `deploy.replicas` is {wanted[1][1]}"
        )
        related = (Related(wanted[1][0].span, "the other number"),)
        yield Finding(wanted[0][0].span, message, "Delete `scale`.", related=related, severity=severity)
