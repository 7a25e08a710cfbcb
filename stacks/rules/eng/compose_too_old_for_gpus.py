from collections.abc import Iterator

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.compose.gpu_requests import RESERVED_DEVICES, in_steps
from stacks.compose.nodes import Scalar
from stacks.compose.source import TextEdit
from stacks.facts.engine import Feature, is_before, version_of
from stacks.gpu_use import deploy_requests, host_label
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.fixes import fix_at
from stacks.rules.registry import ENGINE, rule


@rule(
    "ENG105",
    title="The host's Docker Compose does not know `gpus`",
    layer=Layer.HOST,
    severity=Severity.ERROR,
    on=Service,
    needs=(ENGINE,),
    keys=("gpus",),
    url="https://github.com/docker/compose/releases/tag/v2.30.0",
)
def compose_too_old_for_gpus(service: Service, context: Context) -> Iterator[Finding]:
    """`gpus:` with a list came with Docker Compose 2.30, the word `gpus: all` with 2.33. An older one refuses the whole
    file: `additional properties 'gpus' not allowed`, or `gpus must be a array`.

    Update the Compose plugin on the host, or write `deploy.resources.reservations.devices`, which means the same and
    which every Compose since 1.28 reads.

    ```yaml bad
    # host: old-compose
    services:
      chat:
        image: ollama/ollama:0.13.5
        gpus: all
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
    host, entry = context.snapshot(), service.get("gpus")
    version = host.engine.compose_version if host.engine is not None else None
    if entry is None or version is None:
        return
    is_word = isinstance(entry.value, Scalar)
    needed = Feature.GPUS_ALL if is_word else Feature.GPUS_LIST
    if is_before(version, needed):
        form = "gpus: all" if is_word else "gpus"
        yield Finding(
            entry.key.span,
            f"Docker Compose {version} of {host_label(host)} will refuse this file: `{form}` came with "
            f"{version_of(needed)}",
            f"Update Compose there to {version_of(needed)} or newer, or write `deploy.resources.reservations.devices`.",
            _fix(service),
        )


def _fix(service: Service) -> Fix | None:
    requests = deploy_requests(service)
    reserved = service.find("deploy", "resources", "reservations", "devices")
    if not requests or reserved is not None:
        return None
    document, path = service.document, service.path

    def edits() -> tuple[TextEdit, ...]:
        return in_steps(
            document,
            lambda step: editing.delete(step, (*path, "gpus")),
            lambda step: editing.set_value(step, (*path, *RESERVED_DEVICES), requests),
        )

    return fix_at(document, (*path, "gpus"), "write it as `deploy.resources.reservations.devices`", edits)
