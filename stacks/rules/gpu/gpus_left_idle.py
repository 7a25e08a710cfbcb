from collections.abc import Iterator

from stacks.allocation import ClaimKind, effective_claims
from stacks.compose.document import Document
from stacks.gpu_variables import gpus_given
from stacks.model_servers import chooses_gpu_itself, model_servers
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "GPU305",
    title="The server uses fewer GPUs than the service asks for",
    layer=Layer.PRACTICE,
    severity=Severity.WARNING,
    on=Document,
    url="https://docs.vllm.ai/en/latest/serving/parallelism_scaling.html",
)
def gpus_left_idle(document: Document, context: Context) -> Iterator[Finding]:
    """vLLM and SGLang use one GPU unless they are told to spread: the others that the service asks for stay idle, and a
    model that is too large for one card does not start, though there would be room on two.

    Add `--tensor-parallel-size 2` (SGLang: `--tp 2`), or ask for one GPU.

    ```yaml bad
    services:
      serve:
        image: vllm/vllm-openai:v0.11.0
        command: --model Qwen/Qwen2.5-32B-Instruct
        shm_size: 8gb
        gpus:
          - count: 2
    ```
    ```yaml good
    services:
      serve:
        image: vllm/vllm-openai:v0.11.0
        command: --model Qwen/Qwen2.5-32B-Instruct --tensor-parallel-size 2
        shm_size: 8gb
        gpus:
          - count: 2
    ```
    """
    for server in model_servers(document):
        spread = server.parallel
        if spread is None or server.row.get("takes_all") or server.model is None or chooses_gpu_itself(server.service):
            continue
        claims = effective_claims(server.service)
        if len(claims) != 1 or claims[0].kind is ClaimKind.ALL or server.service.variable("CUDA_VISIBLE_DEVICES"):
            continue
        given = gpus_given(claims[0], context.host)
        used, place = spread
        if given is None or used >= given or used < 1:
            continue
        idle = "GPU stays" if given - used == 1 else "GPUs stay"
        count = claims[0].request.count if claims[0].request is not None else None
        span = claims[0].span if count is None else count.node.span
        yield Finding(
            place.span if place is not None else span,
            f"{given - used} {idle} idle: this container gets {given}, and {server.title} uses {used}"
            + (" unless it is told to spread" if place is None else ""),
            f"Set `{server.row['parallel'][0]} {given}`, or ask for {used}.",
        )
