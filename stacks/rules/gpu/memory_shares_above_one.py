from collections.abc import Iterator
from typing import NamedTuple

from stacks.compose.document import Document
from stacks.compose.source import Span
from stacks.gpu_memory import holds_by_gpu
from stacks.gpu_use import overlapping
from stacks.model_servers import ModelServer, model_servers
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Related, Severity
from stacks.rules.registry import rule

_FULL = 0.95  # the driver, CUDA and other programs need the rest


class _Taker(NamedTuple):
    share: float
    span: Span
    server: ModelServer


@rule(
    "GPU306",
    title="Servers on one GPU take more than its memory together",
    layer=Layer.GPU,
    severity=Severity.ERROR,
    on=Document,
    url="https://github.com/vllm-project/vllm/issues/20305",
)
def memory_shares_above_one(document: Document, context: Context) -> Iterator[Finding]:
    """vLLM takes `--gpu-memory-utilization` of the **whole** card when it starts, 0.9 where nothing is said, whatever
    the model needs. A second one on the same GPU finds less than its own part free and stops: `Free memory on device is
    less than desired GPU memory utilization`.

    Let the parts of all servers on a GPU add up to 0.95 at most, or give each a GPU of its own.

    ```yaml bad
    services:
      chat:
        image: vllm/vllm-openai:v0.11.0
        command: --model Qwen/Qwen2.5-7B-Instruct --gpu-memory-utilization 0.6
        shm_size: 8gb
        gpus: [{device_ids: ["0"]}]
      code:
        image: vllm/vllm-openai:v0.11.0
        command: --model Qwen/Qwen2.5-Coder-7B-Instruct --gpu-memory-utilization 0.5
        shm_size: 8gb
        gpus: [{device_ids: ["0"]}]
    ```
    ```yaml good
    services:
      chat:
        image: vllm/vllm-openai:v0.11.0
        command: --model Qwen/Qwen2.5-7B-Instruct --gpu-memory-utilization 0.5
        shm_size: 8gb
        gpus: [{device_ids: ["0"]}]
      code:
        image: vllm/vllm-openai:v0.11.0
        command: --model Qwen/Qwen2.5-Coder-7B-Instruct --gpu-memory-utilization 0.4
        shm_size: 8gb
        gpus: [{device_ids: ["0"]}]
    ```
    """
    takers = _takers(document)
    reported: set[str] = set()
    for name, taker in takers.items():
        replicas = taker.server.service.replicas
        if replicas > 1 and taker.share * replicas > 1 and context.allocation.of_service(name):
            reported.add(name)
            yield _of_replicas(taker, replicas)
    servers = {name: taker.server for name, taker in takers.items()} if len(takers) > 1 else {}
    for key, holds in holds_by_gpu(context.allocation, servers).items():
        for hold, others in overlapping(holds, same_way=True):
            name = hold.claim.service.name
            taken = takers[name].share + sum(takers[other.claim.service.name].share for other in others)
            if taken <= _FULL or name in reported:
                continue
            reported.add(name)
            names = ", ".join(f"`{other.claim.service.name}`" for other in others)
            yield Finding(
                takers[name].span,
                f"{takers[name].server.title} {'will' if taken > 1 else 'may'} not start beside {names}: together they "
                f"take {taken:.0%} of the memory of GPU {key}",
                f"Let `--gpu-memory-utilization` of all of them add up to {_FULL}, or give each a GPU of its own.",
                related=tuple(_related(takers[other.claim.service.name]) for other in others),
                severity=None if taken > 1 else Severity.WARNING,
            )


def _of_replicas(taker: _Taker, replicas: int) -> Finding:
    return Finding(
        taker.span,
        f"{taker.server.title} will not start {replicas} times on one GPU: each replica takes {taker.share:.0%} of its"
        " memory",
        f"Let `--gpu-memory-utilization` be {_FULL / replicas:.2f} at most, or write a service for each GPU.",
    )


def _takers(document: Document) -> dict[str, _Taker]:
    found = {}
    for server in model_servers(document):
        share, image = server.share, server.service.image
        if share is not None and 0 < share[0] <= 1:
            default = image.span if image is not None else server.service.span
            found[server.service.name] = _Taker(share[0], share[1].span if share[1] else default, server)
    return found


def _related(taker: _Taker) -> Related:
    return Related(taker.span, f"`{taker.server.service.name}` takes {taker.share:.0%}")
