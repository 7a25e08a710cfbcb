from collections.abc import Iterator

from stacks.compose.devices import DeviceRequest, RequestOrigin
from stacks.compose.values import quote
from stacks.facts.device_requests import key_meant
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule
from stacks.rules.request_keys import renamed_key, unknown_keys


@rule(
    "DEV502",
    title="An item of gpus has a key that Compose does not know",
    layer=Layer.GPU,
    severity=Severity.ERROR,
    on=DeviceRequest,
    url="https://github.com/compose-spec/compose-spec/blob/main/schema/compose-spec.json",
)
def unknown_key_in_gpus(request: DeviceRequest, context: Context) -> Iterator[Finding]:
    """Under `deploy` Docker Compose refuses a key that it does not know. Under `gpus:` its schema has a hole: any key
    passes and is dropped without a word. With `device_id` in place of `device_ids` nothing is left that says which
    GPUs, and the container gets **all** of them.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        gpus:
          - driver: nvidia
            device_id: ["1"]
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        gpus:
          - driver: nvidia
            device_ids: ["1"]
    ```
    """
    if request.origin is not RequestOrigin.GPUS:
        return
    selects = request.get("count") is not None or request.get("device_ids") is not None
    for entry in unknown_keys(request):
        meant = key_meant(entry.name)
        yield Finding(
            entry.key.span,
            f"{quote(entry.name)} will be dropped without a word"
            + ("" if selects else ", and this container gets all GPUs")
            + ": `gpus` has no such key",
            f"Did you mean `{meant}`?" if meant else "Remove the key.",
            renamed_key(request, entry),
        )
