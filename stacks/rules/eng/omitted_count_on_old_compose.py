from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.devices import DeviceRequest, RequestOrigin
from stacks.facts.engine import Feature, is_before
from stacks.gpu_use import host_label
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import ENGINE, rule


@rule(
    "ENG107",
    title="No count and no ids, on a Compose that then asks for none",
    layer=Layer.HOST,
    severity=Severity.WARNING,
    on=DeviceRequest,
    needs=(ENGINE,),
    url="https://github.com/NVIDIA/nvidia-container-toolkit/issues/884",
)
def omitted_count_on_old_compose(request: DeviceRequest, context: Context) -> Iterator[Finding]:
    """A request without `count` and without `device_ids` means all GPUs only since Docker Compose 2.30. Older ones
    send the number 0. Engines before 27.3 then left the choice to the image; from 27.3 to 29.1 they set
    `NVIDIA_VISIBLE_DEVICES=void`, and later ones give nothing: the container starts and sees no GPU, without a word.

    Always write `count` or `device_ids`.

    ```yaml bad
    # host: old-compose
    services:
      chat:
        image: ollama/ollama:0.13.5
        deploy:
          resources:
            reservations:
              devices:
                - driver: nvidia
                  capabilities: [gpu]
    ```
    ```yaml good
    # host: old-compose
    services:
      chat:
        image: ollama/ollama:0.13.5
        deploy:
          resources:
            reservations:
              devices:
                - driver: nvidia
                  count: all
                  capabilities: [gpu]
    ```
    """
    host = context.snapshot()
    engine = host.engine
    if request.origin is not RequestOrigin.DEPLOY or not request.is_for_gpus or request.is_cdi or engine is None:
        return
    if request.get("count") is not None or request.get("device_ids") is not None:
        return
    compose, version = engine.compose_version, engine.version
    if compose is None or version is None or not is_before(compose, Feature.COUNT_DEFAULT):
        return
    image_decides = is_before(version, Feature.VOID_FOR_ZERO)
    what = "the image decides which GPUs this container sees" if image_decides else "this container will see no GPU"
    document, path = request.service.document, (*request.path, "count")
    yield Finding(
        request.span,
        f"{what}: Docker Compose {compose} of {host_label(host)} sends the number 0 for a request that "
        "has neither `count` nor `device_ids`",
        "Write `count: all`, a number, or `device_ids`.",
        Fix("add `count: all`", partial(editing.set_value, document, path, "all")),
        severity=Severity.INFO if image_decides else None,
    )
