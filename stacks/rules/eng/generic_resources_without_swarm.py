from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.gpu_use import requests_gpu
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule

_PATH = ("deploy", "resources", "reservations", "generic_resources")


@rule(
    "ENG113",
    title="Generic resources give a GPU in Swarm only",
    layer=Layer.GPU,
    severity=Severity.INFO,
    on=Service,
    keys=("deploy",),
    url="https://docs.docker.com/reference/compose-file/deploy/",
)
def generic_resources_without_swarm(service: Service, context: Context) -> Iterator[Finding]:
    """`generic_resources` are handed out by Swarm's scheduler (`docker stack deploy`), which counts them. `docker
    compose up` passes over them without a word: the container starts and sees no GPU.

    For `docker compose` ask by `devices`, in the same place; the two do not go into one file, since `docker stack
    deploy` refuses `devices`.

    ```yaml bad
    services:
      train:
        image: registry.example.org/team/trainer:2.4
        deploy:
          resources:
            reservations:
              generic_resources:
                - discrete_resource_spec: {kind: gpu, value: 1}
    ```
    ```yaml good
    services:
      train:
        image: registry.example.org/team/trainer:2.4
        deploy:
          resources:
            reservations:
              devices:
                - driver: nvidia
                  count: 1
                  capabilities: [gpu]
    ```
    """
    if "deploy" not in service.node.effective:
        return
    node = service.sequence(*_PATH)
    for index, item in enumerate(node.items) if node is not None else ():
        kind = service.scalar(*_PATH, index, "discrete_resource_spec", "kind")
        if item is not None and node is not None and kind is not None and "gpu" in kind.string.lower():
            if not requests_gpu(service):
                yield Finding(
                    node.item_span(index),
                    "this container will see no GPU with `docker compose`: only Swarm hands out `generic_resources`",
                    "Ask by `devices` in their place, or start the stack with `docker stack deploy`.",
                )
            return
