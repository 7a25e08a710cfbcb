from collections.abc import Iterable, Iterator

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.compose.gpu_requests import asks_for_gpus
from stacks.compose.source import TextEdit
from stacks.facts.images import GpuKind, image_facts
from stacks.gpu_use import asks_wrongly, means_gpu
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "IMG107",
    title="An image that needs a GPU is given none",
    layer=Layer.GPU,
    severity=Severity.WARNING,
    on=Service,
    url="https://docs.docker.com/compose/how-tos/gpu-support/",
)
def gpu_image_without_request(service: Service, context: Context) -> Iterator[Finding]:
    """A container sees a GPU only if the service asks for one; that the image is made for GPUs does not do it.
    Without a request the program stops with `No CUDA GPUs are available` or `Found no NVIDIA driver on your system`.

    Ask for the GPU. Where the engine's default runtime is `nvidia`, CUDA images see all GPUs without asking; this
    rule then says nothing.

    ```yaml bad
    services:
      serve:
        image: vllm/vllm-openai:v0.11.0
        shm_size: 8gb
    ```
    ```yaml good
    services:
      serve:
        image: vllm/vllm-openai:v0.11.0
        shm_size: 8gb
        deploy:
          resources:
            reservations:
              devices:
                - driver: nvidia
                  count: 1
                  capabilities: [gpu]
    ```
    """
    image = service.image
    facts = image_facts(image.string) if image is not None else None
    if image is None or facts is None or facts.gpu is not GpuKind.REQUIRED or facts.known is None:
        return
    if (
        means_gpu(service, by_privilege=False)
        or asks_for_gpus(service)
        or service.device_requests
        or service.runtime is not None
        or _is_served(context)
        or asks_wrongly(service)
    ):
        return
    if service.find("deploy", "resources", "reservations", "generic_resources") is not None:
        return
    yield Finding(
        image.span,
        f"this container will see no GPU: the service asks for none, and {facts.known.title} needs one",
        "Ask for a GPU under `deploy.resources.reservations.devices`.",
        _fix(service),
    )


def _is_served(context: Context) -> bool:
    engine = context.host.engine if context.host is not None else None
    return engine is not None and engine.default_runtime == "nvidia"


def _fix(service: Service) -> Fix | None:
    document = service.document
    path = (*service.path, "deploy", "resources", "reservations", "devices")
    request = {"driver": "nvidia", "count": 1, "capabilities": ["gpu"]}

    def edits() -> Iterable[TextEdit]:
        yield from editing.append_item(document, path, request)

    return Fix("ask for one GPU", edits, safe=False)
