from collections.abc import Iterator

from stacks.allocation import CDI_GPU
from stacks.compose.document import Service
from stacks.compose.gpu_identifiers import IdentifierKind, identifier_kind
from stacks.compose.source import Span
from stacks.facts.engine import Feature, cdi_is_off, is_before
from stacks.gpu_use import host_label
from stacks.hosts.snapshot import Engine
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import ENGINE, rule


@rule(
    "ENG103",
    title="The engine has not discovered the CDI device",
    layer=Layer.HOST,
    severity=Severity.ERROR,
    on=Service,
    needs=(ENGINE,),
    keys=("deploy", "devices", "gpus"),
    url="https://github.com/NVIDIA/nvidia-container-toolkit/issues/434",
)
def cdi_device_not_discovered(service: Service, context: Context) -> Iterator[Finding]:
    """A CDI device such as `nvidia.com/gpu=0` is an entry of a specification file that NVIDIA's toolkit writes under
    `/etc/cdi` or `/var/run/cdi`. For a name that stands in no such file the container does not start: `CDI device
    injection failed: unresolvable CDI devices`. An engine since 29.2 that has no hook asks for the ids of a request in
    the same way: index 0 as `nvidia.com/gpu=0`, and only whole UUIDs.

    `nvidia-ctk cdi list` shows the names that there are; `sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml`
    writes the file anew, which is due after every change of driver, cards or MIG instances.

    ```yaml bad
    # host: cdi-only
    services:
      chat:
        image: ollama/ollama:0.13.5
        devices:
          - nvidia.com/gpu=1
    ```
    ```yaml good
    # host: cdi-only
    services:
      chat:
        image: ollama/ollama:0.13.5
        devices:
          - nvidia.com/gpu=0
    ```
    """
    host = context.snapshot()
    engine = host.engine
    if engine is None or engine.cdi_devices is None or cdi_is_off(engine):
        return
    known = frozenset(engine.cdi_devices)
    listed = [name for name in engine.cdi_devices if name.startswith("nvidia.com/")]
    for name, span in (*_names(service), *(_names_made_by_engine(service) if _asks_cdi_alone(engine) else ())):
        if name in known or _named_by_another_rule(name, context):
            continue
        hint = f"Use one that it lists: {', '.join(f'`{each}`' for each in listed[:6])}."
        if not listed:
            hint = "Run `sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml` on the host."
        yield Finding(
            span, f"this container will not start: the engine of {host_label(host)} lists no CDI device `{name}`", hint
        )


def _names(service: Service) -> Iterator[tuple[str, Span]]:
    for mapping in service.device_mappings:
        if mapping.is_cdi:
            yield mapping.source, mapping.span
    for request in service.device_requests:
        for node in request.device_ids or () if request.is_cdi else ():
            if "=" in node.string:
                yield node.string, node.span


def _asks_cdi_alone(engine: Engine) -> bool:
    """Whether requests to the driver `nvidia` are served by CDI, with no hook to fall back on."""
    known = engine.version is not None and not is_before(engine.version, Feature.NVIDIA_BY_CDI)
    return known and engine.nvidia_hook is False


def _names_made_by_engine(service: Service) -> Iterator[tuple[str, Span]]:
    """The names that the engine makes of the ids of a request, for the toolkit to find."""
    for request in service.device_requests:
        if request.is_for_gpus and not request.is_cdi:
            for node in request.device_ids or ():
                if identifier_kind(node.string.strip()) in (None, IdentifierKind.CDI):
                    continue  # no name at all, or one that another rule looks at
                yield f"{CDI_GPU}{node.string.strip()}", node.span


def _named_by_another_rule(name: str, context: Context) -> bool:
    """Whether the host has no such GPU at all, which is said of every way of asking."""
    host = context.snapshot()
    text = name.removeprefix(CDI_GPU)
    return name.startswith(CDI_GPU) and text != "all" and (host.gpus == () or host.lacks(text) is True)
