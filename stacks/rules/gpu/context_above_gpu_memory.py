from collections.abc import Iterator

from stacks.compose.document import Document
from stacks.compose.source import Span
from stacks.facts.models import Verdict, gib, memory_of, verdict
from stacks.gpu_memory import Load, load_of, parts_by_service
from stacks.model_servers import ModelServer, model_servers
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Related, Severity
from stacks.rules.registry import GPUS, rule


@rule(
    "GPU309",
    title="The context is too long for the memory of the GPUs",
    layer=Layer.HOST,
    severity=Severity.ERROR,
    on=Document,
    needs=(GPUS,),
    url="https://github.com/vllm-project/vllm/issues/2418",
)
def context_above_gpu_memory(document: Document, context: Context) -> Iterator[Finding]:
    """Beside the weights a server keeps the keys and values of every token: 128 KiB each for Llama 3.1 8B. vLLM refuses
    to start unless one sequence of the whole context fits: `the model's max seq len is larger than the maximum number
    of tokens that can be stored in KV cache`. Without `--max-model-len` it takes the model's own length, often 131072
    tokens.

    Set `--max-model-len` to what you need, add `--kv-cache-dtype fp8`, or spread the model over more GPUs.

    ```yaml bad
    # host: mixed
    services:
      serve:
        image: vllm/vllm-openai:v0.11.0
        command: --model meta-llama/Llama-3.1-8B-Instruct --max-model-len 131072
        shm_size: 8gb
        gpus: [{device_ids: ["1"]}]
    ```
    ```yaml good
    # host: mixed
    services:
      serve:
        image: vllm/vllm-openai:v0.11.0
        command: --model meta-llama/Llama-3.1-8B-Instruct --max-model-len 16384
        shm_size: 8gb
        gpus: [{device_ids: ["1"]}]
    ```
    """
    servers = [server for server in model_servers(document) if server.row["kind"] == "vllm"]
    parts = parts_by_service(context.allocation) if servers else {}
    for server in servers:
        load = load_of(server, parts.get(server.service.name, ()))
        length = _length(server, load) if load is not None else None
        if load is None or length is None or load.model.weights / load.gpus > load.available:
            continue
        tokens, span, is_said = length
        needed = memory_of(load.model, tokens, load.gpus, _bytes(server))
        found = verdict(needed, load.available)
        if found is Verdict.DOES_NOT_FIT and verdict(memory_of(load.model, 2048, load.gpus), load.available) != found:
            sure = load.model.is_verified and not load.model.kv_is_upper
            sure = sure and (is_said or load.model.context_is_verified)
            given = "are asked for" if is_said else "are the model's own length"
            yield Finding(
                span,
                f"{server.title} {'will' if sure else 'may'} not start: {tokens} tokens {given}, which need about "
                f"{gib(needed)} with {load.model.title}, and {gib(load.available)} of {load.part.name} are there",
                "Set `--max-model-len` to what you need, or spread the model over more GPUs.",
                related=(Related(load.part.span, "the GPU is given here"),),
                severity=None if sure else Severity.WARNING,
            )


def _length(server: ModelServer, load: Load | None) -> tuple[int, Span, bool] | None:
    """How many tokens, where that is said, and whether it is said at all; None where it cannot be read."""
    given, model = server.option("context"), server.model
    if given is not None:
        text = given.value.text
        return (int(text[:12]), given.value.span, True) if text.isascii() and text.isdigit() else None
    return None if load is None or model is None else (load.model.context, model.span, False)


def _bytes(server: ModelServer) -> int:
    kind = server.option("cache_type")
    return 1 if kind is not None and kind.value.text.startswith("fp8") else 2
