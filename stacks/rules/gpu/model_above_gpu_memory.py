from collections.abc import Iterator

from stacks.compose.document import Document
from stacks.facts.models import Verdict, gib, memory_of, verdict
from stacks.gpu_memory import Load, load_of, parts_by_service
from stacks.model_servers import ModelServer, model_servers
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Related, Severity
from stacks.rules.registry import GPUS, rule

_SHORTEST = 2048  # tokens: a context below this is of no use to anybody


@rule(
    "GPU308",
    title="The model does not fit into the memory of its GPUs",
    layer=Layer.HOST,
    severity=Severity.ERROR,
    on=Document,
    needs=(GPUS,),
    url="https://github.com/vllm-project/vllm/issues/12330",
)
def model_above_gpu_memory(document: Document, context: Context) -> Iterator[Finding]:
    """The weights of a model take its number of parameters times the bytes of each, 2 for bfloat16: 16 GB for eight
    thousand million. Divided over the GPUs of a tensor-parallel group they must fit into what the server takes of each
    GPU, with about a GiB beside them. Where they do not, vLLM, SGLang and TGI stop at the start with `CUDA out of
    memory`; llama.cpp leaves the rest to the CPU and is slow.

    Only models that are known here are checked, by their names. What is near the edge is an information.

    ```yaml bad
    # host: small
    services:
      serve:
        image: vllm/vllm-openai:v0.11.0
        command: --model Qwen/Qwen2.5-32B-Instruct --max-model-len 8192
        shm_size: 8gb
        gpus: [{count: 1}]
    ```
    ```yaml good
    # host: small
    services:
      serve:
        image: vllm/vllm-openai:v0.11.0
        command: --model meta-llama/Llama-3.2-3B-Instruct --max-model-len 8192
        shm_size: 8gb
        gpus: [{count: 1}]
    ```
    """
    servers = model_servers(document)
    parts = parts_by_service(context.allocation) if servers else {}
    for server in servers:
        load = load_of(server, parts.get(server.service.name, ()))
        if load is None:
            continue
        found = verdict(memory_of(load.model, _SHORTEST, load.gpus), load.available)
        if load.model.weights / load.gpus > load.available:
            found = Verdict.DOES_NOT_FIT
        if found is not Verdict.FITS:
            yield _finding(server, load, found)


def _finding(server: ModelServer, load: Load, found: Verdict) -> Finding:
    model = server.model
    assert model is not None
    each = f" on each of {load.gpus} GPUs" if load.gpus > 1 else ""
    there = f"{gib(load.available)} of {load.part.name}"
    facts = f"its weights take {gib(load.model.weights / load.gpus)}{each}, and {there} are there for it"
    severity = Severity.INFO
    if found is Verdict.TIGHT:
        message = f"{load.model.title} fits barely: {facts}"
    elif server.is_strict:
        message = f"{server.title} will not start with {load.model.title}: {facts}"
        severity = Severity.ERROR if load.model.is_verified else Severity.WARNING
    else:
        message = f"{load.model.title} will run on the CPU in part, slowly: {facts}"
        severity = Severity.WARNING if load.model.is_verified else Severity.INFO
    return Finding(
        model.span,
        message,
        "Spread it over more GPUs, take a smaller or a quantised model, or a GPU with more memory.",
        related=(Related(load.part.span, "the GPU is given here"),),
        severity=severity,
    )
