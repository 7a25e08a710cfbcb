from collections.abc import Iterator

from stacks.compose.document import Document
from stacks.compose.sizes import format_bytes
from stacks.facts.models import find_model, gib
from stacks.memory import memory_limits
from stacks.model_servers import model_servers
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Related, Severity
from stacks.rules.registry import rule


@rule(
    "MEM110",
    title="The memory limit is smaller than the weights that the server loads",
    layer=Layer.PRACTICE,
    severity=Severity.INFO,
    on=Document,
    url="https://docs.docker.com/engine/containers/resource_constraints/",
)
def memory_limit_below_model(document: Document, context: Context) -> Iterator[Finding]:
    """Memory limits are on RAM. The weights of a model pass through it on their way to the GPU, in the page cache at
    least. Under a limit that is smaller than they are loading is slow, since every page is read anew, and a loader that
    reads whole files is killed: exit code 137 and no message.

    Leave the limit out, or set it above the size of the weights.

    ```yaml bad
    services:
      serve:
        image: vllm/vllm-openai:v0.11.0
        command: --model meta-llama/Llama-3.1-8B-Instruct
        shm_size: 2gb
        mem_limit: 8g
        gpus: [{count: 1}]
    ```
    ```yaml good
    services:
      serve:
        image: vllm/vllm-openai:v0.11.0
        command: --model meta-llama/Llama-3.1-8B-Instruct
        shm_size: 2gb
        mem_limit: 32g
        gpus: [{count: 1}]
    ```
    """
    for server in model_servers(document):
        limits = memory_limits(server.service)
        name = server.model if limits else None
        quantization = server.option("quantization")
        model = find_model(name.text, quantization.value.text if quantization is not None else "") if name else None
        for limit in limits if model is not None else ():
            if model is not None and name is not None and limit.size < model.weights:
                yield Finding(
                    limit.node.span,
                    f"loading will be slow or killed: the weights of {model.title} take {gib(model.weights)}, and this "
                    f"limit is {format_bytes(limit.size)} of RAM",
                    "Leave the limit out, or set it above the size of the weights.",
                    related=(Related(name.span, "the model is given here"),),
                )
