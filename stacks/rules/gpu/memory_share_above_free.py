from collections.abc import Iterator

from stacks.compose.document import Document
from stacks.compose.sizes import format_bytes
from stacks.gpu_memory import parts_by_service
from stacks.model_servers import model_servers
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Related, Severity
from stacks.rules.registry import GPUS, rule


@rule(
    "GPU307",
    title="The server takes more of the GPU's memory than is free",
    layer=Layer.HOST,
    severity=Severity.WARNING,
    on=Document,
    needs=(GPUS,),
    url="https://github.com/vllm-project/vllm/issues/20305",
)
def memory_share_above_free(document: Document, context: Context) -> Iterator[Finding]:
    """vLLM takes its part of the whole card when it starts, 0.9 where nothing is said, and stops where less than that
    is free: `Free memory on device is less than desired GPU memory utilization`. When the snapshot was taken, something
    used the GPU. If that was this very stack, all is well.

    Choose a GPU that is free, or lower `--gpu-memory-utilization`.

    ```yaml bad
    # host: busy
    services:
      serve:
        image: vllm/vllm-openai:v0.11.0
        command: --model Qwen/Qwen2.5-7B-Instruct --max-model-len 8192
        shm_size: 8gb
        gpus: [{device_ids: ["0"]}]
    ```
    ```yaml good
    # host: busy
    services:
      serve:
        image: vllm/vllm-openai:v0.11.0
        command: --model Qwen/Qwen2.5-7B-Instruct --max-model-len 8192
        shm_size: 8gb
        gpus: [{device_ids: ["1"]}]
    ```
    """
    servers = model_servers(document)
    parts = parts_by_service(context.allocation) if servers else {}
    taken_at = context.snapshot().taken_at.removesuffix("Z").replace("T", " ")
    for server in servers:
        share = server.share
        for part in parts.get(server.service.name, ()) if share is not None else ():
            if share is None or part.free is None or part.total is None or part.free >= part.total * share[0]:
                continue
            place = share[1].span if share[1] is not None else part.span
            yield Finding(
                place,
                f"{server.title} may not start: it takes {share[0]:.0%} of {part.name}, which is "
                f"{format_bytes(int(part.total * share[0]))}, and at {taken_at} UTC {format_bytes(part.free)} was free",
                "Choose a GPU that is free, or lower `--gpu-memory-utilization`.",
                related=() if share[1] is None else (Related(part.span, "the GPU is given here"),),
            )
            break
