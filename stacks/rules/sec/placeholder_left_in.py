import re
from collections.abc import Iterator

from stacks.compose.environment import EnvironmentVariable
from stacks.patterns import lazy_pattern
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule

_TOKENS = ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HUGGINGFACE_HUB_TOKEN", "NGC_API_KEY", "WANDB_API_KEY")
_PLACEHOLDER = lazy_pattern(
    r"<[^<>]+>|\byour\b|your[_-]|x{4,}|change[_-]?me|replace|insert|\.\.\.|\btodo\b", re.IGNORECASE
)


@rule(
    "SEC303",
    title="A placeholder stands where a token belongs",
    layer=Layer.PRACTICE,
    severity=Severity.WARNING,
    on=EnvironmentVariable,
    url="https://huggingface.co/docs/hub/security-tokens",
)
def placeholder_left_in(variable: EnvironmentVariable, context: Context) -> Iterator[Finding]:
    """Hugging Face and NGC refuse a token that is none, with `401 Unauthorized`, for models too that need no token at
    all. The download fails, and the server with it.

    Write the token into `.env` beside the file, and `${NAME}` here; or delete the variable where the model is free.

    ```yaml bad
    services:
      vllm:
        image: vllm/vllm-openai:v0.11.0
        shm_size: 8gb
        environment:
          HF_TOKEN: <your token>
    ```
    ```yaml good
    services:
      vllm:
        image: vllm/vllm-openai:v0.11.0
        shm_size: 8gb
        environment:
          HF_TOKEN: ${HF_TOKEN:-}
    ```
    """
    value = variable.value
    if variable.name in _TOKENS and value and variable.node.interpolated is None and _PLACEHOLDER.search(value):
        yield Finding(
            variable.value_span,
            f"downloads will be refused: the value of `{variable.name}` only holds the place of a token",
            f"Put the token into `.env`, and write `${{{variable.name}}}` here.",
        )
