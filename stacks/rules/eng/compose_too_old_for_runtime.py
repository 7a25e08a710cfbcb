from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.compose.nodes import Scalar
from stacks.facts.engine import Feature, is_before, version_of
from stacks.gpu_use import host_label
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Related, Severity
from stacks.rules.registry import ENGINE, rule


@rule(
    "ENG118",
    title="The host's docker-compose knows no `runtime` in a file of version 3",
    layer=Layer.HOST,
    severity=Severity.ERROR,
    on=Service,
    needs=(ENGINE,),
    keys=("runtime",),
    url="https://github.com/docker/compose/issues/6691",
)
def compose_too_old_for_runtime(service: Service, context: Context) -> Iterator[Finding]:
    """Before docker-compose 1.27 the file's `version` chose the keys that there are. `runtime` was in 2.3 and 2.4 and
    in no version 3: such a docker-compose refuses the file, `Unsupported config option for services: 'runtime'`.

    Install the Compose plugin (`docker compose`) on the host, which does not look at `version`.

    ```yaml bad
    # host: engine-18
    version: "3.7"
    services:
      chat:
        image: ollama/ollama:0.13.5
        runtime: nvidia
        environment: {NVIDIA_VISIBLE_DEVICES: all}
    ```
    ```yaml good
    # host: engine-18
    version: "2.4"
    services:
      chat:
        image: ollama/ollama:0.13.5
        runtime: nvidia
        environment: {NVIDIA_VISIBLE_DEVICES: all}
    ```
    """
    host, entry, root = context.snapshot(), service.get("runtime"), service.document.root
    compose = host.engine.compose_version if host.engine is not None else None
    if entry is None or compose is None or root is None or not is_before(compose, Feature.RUNTIME_IN_3):
        return
    version = root.get("version")
    if version is not None and isinstance(version.value, Scalar) and version.value.string.startswith("3"):
        yield Finding(
            entry.key.span,
            f"docker-compose {compose} of {host_label(host)} will refuse this file: it knows no `runtime` in version "
            f"`{version.value.string}`; {version_of(Feature.RUNTIME_IN_3)} does",
            "Install the Compose plugin on the host and use `docker compose`.",
            related=(Related(version.value.span, "the version is given here"),),
        )
