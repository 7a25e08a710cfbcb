from collections.abc import Iterator

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.compose.limits import whole_number
from stacks.compose.nodes import Scalar
from stacks.compose.references import is_enabled, lineage
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Related, Severity
from stacks.rules.registry import rule


@rule(
    "COM058",
    title="A service with a container name has several replicas",
    layer=Layer.COMPOSE,
    severity=Severity.ERROR,
    on=Service,
    keys=("container_name",),
    url="https://github.com/compose-spec/compose-go/blob/v2.9.1/loader/validate.go",
)
def container_name_with_replicas(service: Service, context: Context) -> Iterator[Finding]:
    """A container's name is unique on its host, so two replicas cannot both have it. Docker Compose refuses a file
    in which a service has both a `container_name` and more than one replica (`scale` or `deploy.replicas`).

    Delete `container_name`: the containers are then named after project and service.

    ```yaml bad
    services:
      worker:
        image: pytorch/pytorch
        container_name: worker
        deploy:
          replicas: 2
    ```
    ```yaml good
    services:
      worker:
        image: pytorch/pytorch
        deploy:
          replicas: 2
    ```
    """
    whole = lineage(service)
    name = whole.find("container_name")
    replicas = whole.find("scale") or whole.find("deploy", "replicas")
    if not isinstance(name, Scalar) or not name.string or replicas is None:
        return
    if (whole_number(replicas) or 0) > 1:
        own = service.get("container_name")
        path = (*service.path, "container_name")
        fix = Fix("delete `container_name`", lambda: editing.delete(service.document, path))
        yield Finding(
            name.span,
            f"Docker Compose will refuse this file: {whole_number(replicas)} replicas cannot have one `container_name`",
            "Delete `container_name`.",
            fix if own is not None else None,
            (Related(replicas.span, "the replicas"),),
            None if is_enabled(service) else Severity.WARNING,
        )
