from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule

_MEANING = {
    "pid": "see and end every process of the host, and read their variables",
    "userns_mode": "run as the host's own users, where the engine maps them away for all others",
    "uts": "change the name of the host",
    "cgroup": "see the cgroups of the host",
}


@rule(
    "SEC104",
    title="A container shares a namespace with the host",
    layer=Layer.PRACTICE,
    severity=Severity.INFO,
    on=Service,
    keys=("cgroup", "pid", "userns_mode", "uts"),
    url="https://docs.docker.com/engine/containers/run/#pid-settings---pid",
)
def host_namespace_shared(service: Service, context: Context) -> Iterator[Finding]:
    """With `pid: host` a container sees all processes of the host and may end those of its own user, which is root by
    default. Monitors need it to name the processes that use a GPU; CUDA programs do not. `ipc: host` is another matter:
    it is the usual way to large shared memory, and is not reported here.

    Remove it where the program does not need it.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.9.1-cuda12.8-cudnn9-runtime
        pid: host
        gpus: all
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch:2.9.1-cuda12.8-cudnn9-runtime
        ipc: host
        gpus: all
    ```
    """
    for key, meaning in _MEANING.items():
        entry, node = service.get(key), service.scalar(key)
        if entry is not None and node is not None and node.string == "host":
            message = f"this container can {meaning}: `{key}: host`"
            yield Finding(entry.span, message, f"Remove `{key}` where the program does not need it.")
