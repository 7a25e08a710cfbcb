from collections.abc import Iterator
from functools import partial

from stacks.compose.document import Document
from stacks.compose.source import TextEdit
from stacks.compose.values import quote
from stacks.model_servers import model_servers
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "GPU314",
    title="The server's part of the GPU's memory is no part",
    layer=Layer.GPU,
    severity=Severity.ERROR,
    on=Document,
    url="https://docs.vllm.ai/en/latest/cli/serve/",
)
def memory_share_out_of_range(document: Document, context: Context) -> Iterator[Finding]:
    """`--gpu-memory-utilization` (SGLang: `--mem-fraction-static`) is a part of the whole card, above 0 and up to 1:
    `0.9` is nine tenths. `90` is no percentage there, and no unit may follow; the server stops at its start.

    ```yaml bad
    services:
      chat:
        image: vllm/vllm-openai:v0.11.0
        ipc: host
        command: --model Qwen/Qwen3-0.6B --gpu-memory-utilization 90
        gpus:
          - count: 1
    ```
    ```yaml good
    services:
      chat:
        image: vllm/vllm-openai:v0.11.0
        ipc: host
        command: --model Qwen/Qwen3-0.6B --gpu-memory-utilization 0.9
        gpus:
          - count: 1
    ```
    """
    for server in model_servers(document):
        given = server.option("share_option")
        if given is None or not given.value.text or "$" in given.value.text:
            continue
        text, span = given.value
        share = _number(text.removesuffix("%"))
        if share is not None and 0 < share <= 1 and "%" not in text:
            continue
        meant = f"{share / 100:g}" if share is not None and 1 < share <= 100 else None
        written = document.source.slice(span) == text
        yield Finding(
            span,
            f"{server.title} will not start: {quote(text)} is no part of the GPU's memory, which goes from 0 to 1",
            f"Write `{meant}`." if meant else "Write a number such as `0.9`.",
            Fix(f"write `{meant}`", partial(tuple, (TextEdit(span, meant),)), safe=False)
            if meant and written
            else None,
        )


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
