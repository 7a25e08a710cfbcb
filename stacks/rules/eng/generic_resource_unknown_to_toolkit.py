from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.facts.tables import table
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule
from stacks.swarm import reserved_kinds


@rule(
    "ENG122",
    title="NVIDIA's toolkit looks for another kind of generic resource",
    layer=Layer.GPU,
    severity=Severity.INFO,
    on=Service,
    keys=("deploy",),
    url="https://github.com/NVIDIA/nvidia-container-toolkit",
)
def generic_resource_unknown_to_toolkit(service: Service, context: Context) -> Iterator[Finding]:
    """Swarm tells the container which GPU it got by a variable, `DOCKER_RESOURCE_` and the kind in capitals. NVIDIA's
    toolkit reads the one that `swarm-resource` in its config.toml names; the line that is there, commented out, says
    `DOCKER_RESOURCE_GPU`, which belongs to the kind `gpu`. Docker's own example, kind `NVIDIA-GPU`, arrives as
    `DOCKER_RESOURCE_NVIDIA-GPU`, and the container sees no GPU unless the line says so.

    Use the kind `gpu`, or set `swarm-resource` to the kind's variable on every node.

    ```yaml bad
    services:
      train:
        image: registry.example.org/team/trainer:2.4
        deploy:
          resources: {reservations: {generic_resources: [{discrete_resource_spec: {kind: NVIDIA-GPU, value: 1}}]}}
    ```
    ```yaml good
    services:
      train:
        image: registry.example.org/team/trainer:2.4
        deploy:
          resources: {reservations: {generic_resources: [{discrete_resource_spec: {kind: gpu, value: 1}}]}}
    ```
    """
    expected = table("engine")["swarm"]["kind"]
    for kind in reserved_kinds(service):
        name = kind.string.upper()
        if "GPU" in name and name != expected:
            yield Finding(
                kind.span,
                f"Swarm will say which GPU in `DOCKER_RESOURCE_{name}`, which NVIDIA's toolkit reads only where its"
                " `swarm-resource` says so",
                f'Set `swarm-resource = "DOCKER_RESOURCE_{name}"` on every node, or use the kind `gpu`.',
            )
