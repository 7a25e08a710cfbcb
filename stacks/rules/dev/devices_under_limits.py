from collections.abc import Iterator

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.compose.gpu_requests import moved_to_reservations
from stacks.compose.nodes import Mapping
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "DEV507",
    title="Devices stand under limits",
    layer=Layer.SCHEMA,
    severity=Severity.ERROR,
    on=Service,
    keys=("deploy",),
    url="https://docs.docker.com/reference/compose-file/deploy/#devices",
)
def devices_under_limits(service: Service, context: Context) -> Iterator[Finding]:
    """GPUs are asked for under `deploy.resources.reservations.devices`. `limits` has no devices, and Docker Compose
    refuses the file: `additional properties 'devices' not allowed`.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        deploy:
          resources:
            limits:
              devices:
                - driver: nvidia
                  count: 1
                  capabilities: [gpu]
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        deploy:
          resources:
            reservations:
              devices:
                - driver: nvidia
                  count: 1
                  capabilities: [gpu]
    ```
    """
    limits = service.mapping("deploy", "resources", "limits")
    entry = limits.get("devices") if limits is not None else None
    if limits is None or entry is None:
        return
    resources = (*service.path, "deploy", "resources")
    path = (*resources, "limits", "devices")
    only = len(limits.entries) == 1 and service.find("deploy", "resources", "reservations") is None
    yield Finding(
        entry.key.span,
        "Docker Compose will refuse this file: `limits` has no `devices`",
        "Move `devices` to `deploy.resources.reservations`.",
        Fix(
            "write `reservations` for `limits`" if only else "move `devices` to `reservations`",
            lambda: (
                editing.rename_key(context.document, (*resources, "limits"), "reservations")
                if only
                else moved_to_reservations(service, path)
            ),
        )
        if not isinstance(service.find("deploy", "resources", "reservations", "devices"), Mapping)
        else None,
    )
