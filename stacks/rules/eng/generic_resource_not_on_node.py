from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.gpu_use import host_label
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import ENGINE, rule

_PATH = ("deploy", "resources", "reservations", "generic_resources")


@rule(
    "ENG114",
    title="The node does not offer a generic resource of that kind",
    layer=Layer.HOST,
    severity=Severity.WARNING,
    on=Service,
    needs=(ENGINE,),
    keys=("deploy",),
    url="https://github.com/moby/swarmkit/blob/master/api/genericresource/resource_management.go",
)
def generic_resource_not_on_node(service: Service, context: Context) -> Iterator[Finding]:
    """Swarm places a service only on nodes that offer the kind of resource it reserves, by `node-generic-resources` in
    their daemon.json; the kinds are compared letter by letter. This host offers others, so the service stays pending
    here: `no suitable node (insufficient resources)`.

    Write the kind as the node has it. NVIDIA's toolkit must know it too: kind `gpu` arrives as `DOCKER_RESOURCE_GPU`,
    kind `NVIDIA-GPU` as `DOCKER_RESOURCE_NVIDIA-GPU`, and `swarm-resource` in its config.toml must name that.

    ```yaml bad
    # host: swarm
    services:
      train:
        image: registry.example.org/team/trainer:2.4
        deploy:
          resources: {reservations: {generic_resources: [{discrete_resource_spec: {kind: gpu, value: 1}}]}}
    ```
    ```yaml good
    # host: swarm
    services:
      train:
        image: registry.example.org/team/trainer:2.4
        deploy:
          resources: {reservations: {generic_resources: [{discrete_resource_spec: {kind: NVIDIA-GPU, value: 1}}]}}
    ```
    """
    host = context.snapshot()
    offered = host.engine.generic_resources if host.engine is not None else None
    if not offered or "deploy" not in service.node.effective:
        return
    amounts = _amounts(offered)
    node = service.sequence(*_PATH)
    for index in range(len(node.items) if node is not None else 0):
        kind = service.scalar(*_PATH, index, "discrete_resource_spec", "kind")
        value = service.scalar(*_PATH, index, "discrete_resource_spec", "value")
        if kind is not None and kind.string not in amounts:
            listed = ", ".join(f"`{each}`" for each in amounts)
            yield Finding(
                kind.span,
                f"Swarm will not place this service on {host_label(host)}: it offers {listed}, and no `{kind.string}`",
                "Write the kind as the node has it.",
            )
        elif kind is not None and value is not None and isinstance(value.value, int):
            most = amounts[kind.string]
            if value.value > most:
                yield Finding(
                    value.span,
                    f"Swarm will not place this service on {host_label(host)}: it offers {most} `{kind.string}`, and"
                    f" {value.value} are reserved",
                    f"Reserve {most} at most.",
                )


def _amounts(offered: tuple[str, ...]) -> dict[str, int]:
    """How much of each kind the node offers: `gpu=4` is four, and each `NVIDIA-GPU=GPU-…` one that has a name."""
    found: dict[str, int] = {}
    for each in offered:
        kind, _, value = each.partition("=")
        found[kind] = found.get(kind, 0) + (int(value[:6]) if value.isascii() and value.isdigit() else 1)
    return found
