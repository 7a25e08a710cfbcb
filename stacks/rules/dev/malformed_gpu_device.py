import re
from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.compose.gpu_identifiers import identifier_kind
from stacks.compose.gpu_nodes import host_files
from stacks.compose.gpu_requests import CDI_GPU, selection_in
from stacks.compose.nodes import Scalar
from stacks.compose.values import quote
from stacks.patterns import lazy_pattern
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.fixes import fix_at
from stacks.rules.registry import rule

_MEANT = lazy_pattern(
    r"(?:(?:nvidia(?:\.com)?[/.])?gpus?(?:[=:/]\s*|\Z)|nvidia\.com/?[=:]?)(?P<rest>.*)\Z", re.IGNORECASE
)

# What `nvidia-ctk cdi generate --device-name-strategy=type-index` calls GPUs, and its other classes (`gds`, `mofed`).
_BY_TYPE = lazy_pattern(r"gpu\d+|mig\d+:\d+")
_OTHER_CLASS = lazy_pattern(r"nvidia\.com/(?!gpus?=)[a-z][\w.-]*=[\w.:-]+")


@rule(
    "DEV605",
    title="An item of devices is neither a path nor the CDI name of a GPU",
    layer=Layer.GPU,
    severity=Severity.ERROR,
    on=Service,
    keys=("devices",),
    url="https://docs.docker.com/build/building/cdi/",
)
def malformed_gpu_device(service: Service, context: Context) -> Iterator[Finding]:
    """`devices:` of a service takes paths of device nodes and qualified CDI names: `nvidia.com/gpu=0`, `=all` or
    `=GPU-…`, one GPU in each item and nothing after it. Anything else Docker Compose passes on as a path: `gpu`, `all`,
    `nvidia.com/gpu:0` or `nvidia.com/gpu=0:/dev/nvidia0`. The container does not start: `error gathering device
    information while adding custom device: no such file or directory`, or `unresolvable CDI devices`.

    ```yaml bad
    services:
      chat:
        image: ollama/ollama:0.13.5
        devices:
          - nvidia.com/gpu:0
    ```
    ```yaml good
    services:
      chat:
        image: ollama/ollama:0.13.5
        devices:
          - nvidia.com/gpu=0
    ```
    """
    node = service.sequence("devices")
    for each in host_files(node):
        item = node.items[each.position] if node is not None else None
        text = item.string if isinstance(item, Scalar) else each.source
        if not _is_malformed(text, each.source):
            continue
        names = _meant(text)
        yield Finding(
            each.span,
            f"this container will not start: {quote(text)} is neither the path of a device nor the CDI name of a GPU",
            "Write `nvidia.com/gpu=0`, one GPU in each item, or ask with `gpus`.",
            _repair(service, each.position, names) if isinstance(item, Scalar) and item.interpolated is None else None,
        )


def _is_malformed(text: str, source: str) -> bool:
    if source.startswith("/") or not source:
        return False
    plain = text.strip().lower()
    if plain in ("all", "gpu", "gpus", "nvidia") or plain.isdigit() or re.fullmatch(r"nvidia\d+|gpu-[0-9a-f-]+", plain):
        return True
    if plain.startswith(CDI_GPU):
        name = plain.removeprefix(CDI_GPU)
        return name != "all" and identifier_kind(name) is None and not _BY_TYPE.fullmatch(name)
    if _OTHER_CLASS.fullmatch(plain):
        return False
    return plain.startswith(("nvidia.com", "nvidia/gpu", "gpu=", "gpu:", "device="))


def _meant(text: str) -> tuple[str, ...]:
    match = _MEANT.match(text.strip())
    rest = (match["rest"] if match is not None else text.strip()).split(":/")[0].strip(" =:")
    if rest.lower() in ("", "all", "nvidia"):
        return ("all",)
    selection = selection_in(rest)
    return () if selection is None else selection.device_ids or ("all",)


def _repair(service: Service, position: int, names: tuple[str, ...]) -> Fix | None:
    if len(names) != 1:
        return None
    path, value = (*service.path, "devices", position), f"{CDI_GPU}{names[0]}"
    edits = partial(editing.set_value, service.document, path, value)
    return fix_at(service.document, path, f"write `{value}`", edits, safe=names[0] != "all")
