from collections.abc import Iterator

from stacks.compose.devices import DeviceRequest, RequestOrigin
from stacks.compose.values import quote
from stacks.facts.device_requests import key_meant
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule
from stacks.rules.request_keys import renamed_key, unknown_keys


@rule(
    "DEV501",
    title="A device request under deploy has a key that Compose does not know",
    layer=Layer.SCHEMA,
    severity=Severity.ERROR,
    on=DeviceRequest,
    url="https://docs.docker.com/reference/compose-file/deploy/#devices",
)
def unknown_key_in_device_request(request: DeviceRequest, context: Context) -> Iterator[Finding]:
    """A request has the keys `capabilities`, `count`, `device_ids`, `driver` and `options`, and any that begin with
    `x-`. Docker Compose refuses a file with another one there: `additional properties 'device_id' not allowed`.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        deploy:
          resources:
            reservations:
              devices:
                - driver: nvidia
                  device_id: ["0"]
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
                  device_ids: ["0"]
                  capabilities: [gpu]
    ```
    """
    if request.origin is not RequestOrigin.DEPLOY:
        return
    for entry in unknown_keys(request):
        meant = key_meant(entry.name)
        yield Finding(
            entry.key.span,
            f"Docker Compose will refuse this file: a device request has no key {quote(entry.name)}",
            f"Did you mean `{meant}`?" if meant else "Remove the key.",
            renamed_key(request, entry),
        )
