from collections.abc import Iterator
from functools import partial

from stacks.arguments import command_words
from stacks.compose import editing
from stacks.compose.document import Service
from stacks.compose.nodes import Scalar, Sequence
from stacks.facts.services import image_entrypoint
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule

_SHELLS = ("sh", "bash", "python", "python3")


@rule(
    "IMG110",
    title="The command names a program, and the image takes it for options",
    layer=Layer.GPU,
    severity=Severity.ERROR,
    on=Service,
    url="https://docs.docker.com/reference/compose-file/services/#entrypoint",
)
def command_repeats_program(service: Service, context: Context) -> Iterator[Finding]:
    """The images of vLLM, Ollama, llama.cpp and Text Generation Inference start their program as entrypoint, and
    `command` is appended to it. With `command: ollama serve` the container runs `ollama ollama serve`, with `bash -c …`
    it runs `ollama bash -c …`: the program stops with `unknown command` or `unrecognized arguments`.

    Write the options alone. To run something else, clear the entrypoint with `entrypoint: []`.

    ```yaml bad
    services:
      vllm:
        image: vllm/vllm-openai:v0.11.0
        command: vllm serve Qwen/Qwen3-0.6B
        shm_size: 8gb
    ```
    ```yaml good
    services:
      vllm:
        image: vllm/vllm-openai:v0.11.0
        command: --model Qwen/Qwen3-0.6B
        shm_size: 8gb
    ```
    """
    image = service.image
    if image is None or service.get("command") is None:
        return
    if any(service.get(key) is not None for key in ("entrypoint", "build", "extends")):
        return
    words, known = command_words(service), image_entrypoint(image.string)
    if not words or known is None:
        return
    program = words[0].text.rpartition("/")[2]
    if program not in (*known.words, *_SHELLS):
        return
    started = " ".join(known.words)
    path = (*service.path, "entrypoint")
    clears = Fix("clear the entrypoint", partial(editing.set_value, context.document, path, []))
    yield Finding(
        words[0].span,
        f"this container will stop with `{known.says}`: it runs `{started} {words[0].text} …`",
        f"Write the options of `{started}` alone, or clear its entrypoint with `entrypoint: []`.",
        clears if program not in known.words[1:] and _is_whole(service) else None,
    )


def _is_whole(service: Service) -> bool:
    """Whether the first word is one in the file, and not the beginning of an item with several."""
    node = service.node.value("command")
    if isinstance(node, Sequence):
        return isinstance(node.items[0], Scalar) and len(node.items[0].string.split()) == 1
    return True
