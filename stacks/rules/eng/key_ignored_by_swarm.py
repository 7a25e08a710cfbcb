from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.facts.tables import table
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Related, Severity
from stacks.rules.registry import rule
from stacks.swarm import reserves_gpus, swarm_sign


@rule(
    "ENG121",
    title="A key that GPU programs need is passed over by Swarm",
    layer=Layer.GPU,
    severity=Severity.INFO,
    on=Service,
    keys=("deploy",),
    url="https://github.com/docker/cli/blob/master/cli/compose/types/types.go",
)
def key_ignored_by_swarm(service: Service, context: Context) -> Iterator[Finding]:
    """`docker stack deploy` takes `devices`, `ipc`, `shm_size` and `privileged` and does nothing with them: in Swarm
    the container has Docker's 64 MiB of shared memory, and no device that is named here.

    For shared memory mount a `tmpfs` on `/dev/shm` under `volumes`; reserve GPUs by `generic_resources`.

    ```yaml bad
    services:
      train:
        image: registry.example.org/team/trainer:2.4
        shm_size: 8gb
        deploy:
          resources: {reservations: {generic_resources: [{discrete_resource_spec: {kind: gpu, value: 1}}]}}
    ```
    ```yaml good
    services:
      train:
        image: registry.example.org/team/trainer:2.4
        volumes:
          - {type: tmpfs, target: /dev/shm, tmpfs: {size: 8589934592}}
        deploy:
          resources: {reservations: {generic_resources: [{discrete_resource_spec: {kind: gpu, value: 1}}]}}
    ```
    """
    sign = swarm_sign(service)
    if sign is None or not reserves_gpus(service):
        return
    for key in table("engine")["swarm"]["ignored"]:
        entry = service.node.effective.get(key)
        if entry is not None:
            yield Finding(
                entry.key.span,
                f"Swarm will pass over `{key}`: `docker stack deploy` takes the key and does nothing with it",
                "Mount a `tmpfs` on `/dev/shm` for shared memory." if key in ("shm_size", "ipc") else "Remove the key.",
                related=(Related(sign.span, f"`{sign.key}` has a meaning in Swarm only"),),
            )
