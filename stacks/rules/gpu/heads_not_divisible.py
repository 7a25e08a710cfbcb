from collections.abc import Iterator

from stacks.compose.document import Document
from stacks.facts.models import find_model
from stacks.model_servers import model_servers
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Related, Severity
from stacks.rules.registry import rule


@rule(
    "GPU313",
    title="The model's heads cannot be shared evenly among the GPUs",
    layer=Layer.GPU,
    severity=Severity.ERROR,
    on=Document,
    url="https://docs.vllm.ai/en/latest/serving/parallelism_scaling.html",
)
def heads_not_divisible(document: Document, context: Context) -> Iterator[Finding]:
    """Tensor parallelism gives each GPU the same number of the model's attention heads. Where the size does not divide
    them, the server stops at its start: `Total number of attention heads (28) must be divisible by tensor parallel size
    (8)`. Qwen2.5 7B has 28 heads and so runs on 1, 2, 4, 7 or 14 GPUs.

    Take a size that divides the heads; `--pipeline-parallel-size` has no such limit.

    ```yaml bad
    services:
      chat:
        image: vllm/vllm-openai:v0.11.0
        ipc: host
        command: --model Qwen/Qwen2.5-7B-Instruct --tensor-parallel-size 8
        gpus:
          - count: 8
    ```
    ```yaml good
    services:
      chat:
        image: vllm/vllm-openai:v0.11.0
        ipc: host
        command: --model Qwen/Qwen2.5-7B-Instruct --tensor-parallel-size 4
        gpus:
          - count: 4
    ```
    """
    for server in model_servers(document):
        given, name = server.option("parallel"), server.model
        model = find_model(name.text) if name is not None else None
        if given is None or name is None or model is None or model.heads is None:
            continue
        size = int(given.value.text[:6]) if given.value.text.isascii() and given.value.text.isdigit() else 0
        if size < 2 or model.heads % size == 0:
            continue
        fitting = [number for number in range(2, min(model.heads, 64) + 1) if model.heads % number == 0]
        yield Finding(
            given.value.span,
            f"{server.title} will not start: {model.title} has {model.heads} attention heads, which cannot be shared"
            f" evenly among {size} GPUs",
            f"Take a size that divides {model.heads}: {', '.join(map(str, fitting[:6]))}.",
            related=(Related(name.span, "the model is named here"),),
            severity=None if model.is_verified else Severity.WARNING,
        )
