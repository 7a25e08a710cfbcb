from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.facts.engine import cdi_is_off
from stacks.gpu_use import host_label
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import ENGINE, rule


@rule(
    "ENG104",
    title="A CDI device is asked for, and the engine's CDI is off",
    layer=Layer.HOST,
    severity=Severity.ERROR,
    on=Service,
    needs=(ENGINE,),
    keys=("deploy", "devices", "gpus"),
    url="https://docs.docker.com/reference/cli/dockerd/#enable-cdi-devices",
)
def cdi_switched_off(service: Service, context: Context) -> Iterator[Finding]:
    """The engine knows CDI devices since version 25, and from there to 28.2 only with `"features": {"cdi": true}` in
    its `daemon.json`; from 28.3 on CDI is on. Where it is off the container does not start: `could not select device
    driver "cdi"`.

    Switch it on and restart Docker, or ask for the GPU by a device request.

    ```yaml bad
    # host: old-compose
    services:
      chat:
        image: ollama/ollama:0.13.5
        deploy:
          resources:
            reservations:
              devices:
                - driver: cdi
                  device_ids: ["nvidia.com/gpu=0"]
                  capabilities: [gpu]
    ```
    ```yaml good
    # host: cdi-only
    services:
      chat:
        image: ollama/ollama:0.13.5
        deploy:
          resources:
            reservations:
              devices:
                - driver: cdi
                  device_ids: ["nvidia.com/gpu=0"]
                  capabilities: [gpu]
    ```
    """
    host = context.snapshot()
    engine = host.engine
    if engine is None or not cdi_is_off(engine):
        return
    spans = [mapping.span for mapping in service.device_mappings if mapping.is_cdi]
    spans += [request.driver.span for request in service.device_requests if request.is_cdi and request.driver]
    for span in spans:
        yield Finding(
            span,
            f"this container will not start: it asks for a CDI device, and CDI is off on {host_label(host)}",
            'Set `"features": {"cdi": true}` in its daemon.json and restart Docker, or use `driver: nvidia`.',
        )
