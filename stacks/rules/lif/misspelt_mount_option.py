from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.compose.nodes import Scalar
from stacks.compose.values import Invalid, quote
from stacks.compose.volumes import parse_volume
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.fixes import fix_at
from stacks.rules.registry import rule

_READ_ONLY = frozenset({"read-only", "readonly", "read_only", "r", "r0", "rx", "or", "read"})


@rule(
    "LIF306",
    title="A mount that is meant to be read-only is not",
    layer=Layer.PRACTICE,
    severity=Severity.WARNING,
    on=Service,
    keys=("volumes",),
    url="https://docs.docker.com/reference/compose-file/services/#volumes",
)
def misspelt_mount_option(service: Service, context: Context) -> Iterator[Finding]:
    """The option for a read-only mount is `ro`, in lower case. Docker Compose drops an option that it does not know
    without a word, and the container may write to the folder (seen with Compose 2.40).

    ```yaml bad
    services:
      serve:
        image: vllm/vllm-openai:v0.11.0
        command: --model /models/qwen
        gpus: all
        shm_size: 8gb
        volumes:
          - ./models:/models:readonly
    ```
    ```yaml good
    services:
      serve:
        image: vllm/vllm-openai:v0.11.0
        command: --model /models/qwen
        gpus: all
        shm_size: 8gb
        volumes:
          - ./models:/models:ro
    ```
    """
    volumes = service.sequence("volumes")
    for index, item in enumerate(volumes.items) if volumes is not None else ():
        mount = parse_volume(item.string) if isinstance(item, Scalar) and isinstance(item.value, str) else None
        if not isinstance(item, Scalar) or mount is None or isinstance(mount, Invalid):
            continue
        wrong = next((each for each in mount.ignored_options if _is_read_only(each)), None)
        if wrong is None or mount.read_only:
            continue
        path = (*service.path, "volumes", index)
        head, _, options = item.string.rpartition(":")
        new = ":".join((head, ",".join("ro" if each == wrong else each for each in options.split(","))))
        edits = partial(editing.set_value, service.document, path, new)
        yield Finding(
            item.span,
            f"this container will be able to write to {quote(mount.target)}: Compose drops the option {quote(wrong)}",
            "Write `ro`.",
            fix_at(service.document, path, "write `ro`", edits) if item.interpolated is None else None,
        )


def _is_read_only(option: str) -> bool:
    plain = option.strip().lower()
    return plain in _READ_ONLY or plain == "ro"
