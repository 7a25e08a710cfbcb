from collections.abc import Iterator
from functools import partial

from stacks.arguments import Word, command_words, option
from stacks.compose import editing
from stacks.compose.document import Service
from stacks.facts.images import GpuKind, image_facts
from stacks.gpu_use import means_gpu
from stacks.memory import SHM, has_shared_memory
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule

_GPU_WORKERS = ("--tensor-parallel-size", "-tp", "--tp", "--tp-size", "--nproc-per-node", "--num-gpus", "--num-shard")
_LOADERS = ("--num-workers", "--dataloader-num-workers", "--workers-per-gpu")
_WORDS = ("auto", "gpu")


@rule(
    "MEM205",
    title="Several workers, and Docker's small shared memory",
    layer=Layer.PRACTICE,
    severity=Severity.WARNING,
    on=Service,
    keys=("command", "entrypoint"),
    url="https://docs.nvidia.com/deeplearning/nccl/user-guide/docs/troubleshooting.html",
)
def missing_shm_for_workers(service: Service, context: Context) -> Iterator[Finding]:
    """Processes that share the work pass data through `/dev/shm`, of which Docker gives a container 64 MiB. The workers
    of a data loader put batches there, NCCL its buffers between GPUs. When it is full the work stops with `bus error`,
    `insufficient shared memory (shm)` or `ncclSystemError`.

    Set `shm_size`, or `ipc: host`. Images that are known to need it are reported whatever their command says.

    ```yaml bad
    services:
      train:
        image: registry.example.org/team/trainer:2.4
        command: torchrun --nproc-per-node 4 train.py
        gpus: [{count: 4}]
    ```
    ```yaml good
    services:
      train:
        image: registry.example.org/team/trainer:2.4
        command: torchrun --nproc-per-node 4 train.py
        shm_size: 8gb
        gpus: [{count: 4}]
    ```
    """
    if not command_words(service) or has_shared_memory(service):
        return
    facts = image_facts(service.image.string) if service.image is not None else None
    if facts is not None and facts.known is not None and facts.known.shm is not None:
        return
    if not means_gpu(service) and (facts is None or facts.gpu not in (GpuKind.REQUIRED, GpuKind.USEFUL)):
        return  # `--num-workers` is an option of many a server, too
    for names, what in ((_GPU_WORKERS, "processes on several GPUs"), (_LOADERS, "the workers of a data loader")):
        found = option(service, *names)
        if found is not None and _is_several(found.value, names is _LOADERS):
            path = (*service.path, SHM)
            yield Finding(
                found.value.span,
                f"the work may stop with a bus error: {what} share data through `/dev/shm`, which has Docker's "
                "default of 64 MiB here",
                "Set `shm_size: 8gb`, or `ipc: host`.",
                Fix("set `shm_size: 8gb`", partial(editing.set_value, service.document, path, "8gb")),
            )
            return


def _is_several(value: Word, is_loader: bool) -> bool:
    """A data loader without a worker of its own loads in the main process; with one it already passes data."""
    if value.text.isascii() and value.text.isdigit():
        return int(value.text[:6]) > (0 if is_loader else 1)
    return value.text in _WORDS and not is_loader
