from collections.abc import Iterator
from functools import partial

from stacks.allocation import ClaimKind, GpuClaim, effective_claims
from stacks.compose import editing
from stacks.compose.document import Document
from stacks.gpu_use import sees_all_gpus
from stacks.gpu_variables import gpus_given
from stacks.model_servers import model_servers
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Related, Severity
from stacks.rules.fixes import fix_at
from stacks.rules.registry import rule


@rule(
    "GPU304",
    title="The server spreads over more GPUs than the service asks for",
    layer=Layer.GPU,
    severity=Severity.ERROR,
    on=Document,
    url="https://docs.vllm.ai/en/latest/serving/parallelism_scaling.html",
)
def more_parallel_than_gpus(document: Document, context: Context) -> Iterator[Finding]:
    """`--tensor-parallel-size 4` starts four workers, each of which takes a GPU of its own. With fewer GPUs in the
    container the server stops at its start: `World size (4) is larger than the number of available GPUs`, or `invalid
    device ordinal`. Tensor, pipeline and data parallelism multiply.

    Make the request and the option agree.

    ```yaml bad
    services:
      serve:
        image: vllm/vllm-openai:v0.11.0
        command: --model Qwen/Qwen2.5-32B-Instruct --tensor-parallel-size 4
        shm_size: 8gb
        gpus:
          - count: 2
    ```
    ```yaml good
    services:
      serve:
        image: vllm/vllm-openai:v0.11.0
        command: --model Qwen/Qwen2.5-32B-Instruct --tensor-parallel-size 4
        shm_size: 8gb
        gpus:
          - count: 4
    ```
    """
    for server in model_servers(document):
        spread = server.parallel
        if spread is None or spread[1] is None or sees_all_gpus(server.service):
            continue
        claims = effective_claims(server.service)
        given = gpus_given(claims[0], context.host) if len(claims) == 1 else None
        wanted, place = spread
        if given is None or wanted <= given or place is None:
            continue
        have = "1 GPU" if given == 1 else f"{given} GPUs"
        yield Finding(
            place.span,
            f"{server.title} will not start: its options spread it over {wanted} GPUs, and this container gets {have}",
            f"Ask for {wanted} GPUs, or spread it over {given}.",
            _fix(claims[0], wanted, document, context) if claims[0].service is server.service else None,
            (Related(claims[0].span, f"{have} asked for here"),),
        )


def _fix(claim: GpuClaim, wanted: int, document: Document, context: Context) -> Fix | None:
    count = claim.request.count if claim.request is not None else None
    gpus = context.host.gpus if context.host is not None else None
    if claim.kind is not ClaimKind.COUNT or claim.request is None or count is None or count.node.interpolated:
        return None
    if gpus is not None and len(gpus) < wanted:
        return None
    path = (*claim.request.path, "count")
    return fix_at(
        document, path, f"ask for {wanted} GPUs", partial(editing.set_value, document, path, wanted), safe=False
    )
