from collections.abc import Iterator
from typing import NamedTuple

from stacks.allocation import effective_claims
from stacks.arguments import command_words, option
from stacks.compose.document import Service
from stacks.gpu_use import sees_all_gpus
from stacks.gpu_variables import gpus_given
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Related, Severity
from stacks.rules.registry import rule


class _Launcher(NamedTuple):
    programs: frozenset[str]
    options: tuple[str, ...]


_LAUNCHERS = (
    _Launcher(
        frozenset({"torchrun", "torch.distributed.run", "torch.distributed.launch"}),
        ("--nproc-per-node", "--nproc_per_node"),
    ),
    _Launcher(frozenset({"deepspeed"}), ("--num-gpus", "--num_gpus")),
)


@rule(
    "GPU315",
    title="A launcher starts more processes than the container has GPUs",
    layer=Layer.GPU,
    severity=Severity.WARNING,
    on=Service,
    keys=("command", "entrypoint"),
    url="https://docs.pytorch.org/docs/stable/elastic/run.html",
)
def more_processes_than_gpus(service: Service, context: Context) -> Iterator[Finding]:
    """`torchrun --nproc-per-node 4` starts four processes, and a script for GPUs gives each the GPU of its number. With
    fewer GPUs in the container the last ones stop with `CUDA error: invalid device ordinal`, and the others with them.

    Make the request and the option agree, or write `--nproc-per-node gpu`, which counts the GPUs that there are.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.9.1-cuda12.8-cudnn9-runtime
        command: torchrun --nproc-per-node 4 train.py
        shm_size: 8gb
        gpus:
          - count: 2
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch:2.9.1-cuda12.8-cudnn9-runtime
        command: torchrun --nproc-per-node 2 train.py
        shm_size: 8gb
        gpus:
          - count: 2
    ```
    """
    programs = {word.text.rpartition("/")[2] for word in command_words(service)}
    launcher = next((each for each in _LAUNCHERS if programs & each.programs), None)
    given = option(service, *launcher.options) if launcher is not None else None
    if given is None or not given.value.text.isascii() or not given.value.text.isdigit() or sees_all_gpus(service):
        return
    claims = effective_claims(service)
    there = gpus_given(claims[0], context.host) if len(claims) == 1 else None
    wanted = int(given.value.text[:6])
    if there is None or wanted <= there:
        return
    have = "1 GPU" if there == 1 else f"{there} GPUs"
    yield Finding(
        given.value.span,
        f"this program may stop at its start: it runs {wanted} processes, and this container gets {have}",
        f"Ask for {wanted} GPUs, or start {there} {'process' if there == 1 else 'processes'}.",
        related=(Related(claims[0].span, f"{have} asked for here"),),
    )
