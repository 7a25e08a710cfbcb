import re
from collections.abc import Iterator

from stacks.arguments import command_words
from stacks.compose.document import Service
from stacks.compose.values import quote
from stacks.facts.tables import table
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "DEV606",
    title="Options of docker run stand in the command",
    layer=Layer.GPU,
    severity=Severity.ERROR,
    on=Service,
    keys=("command", "entrypoint"),
    url="https://docs.docker.com/reference/cli/docker/container/run/",
)
def docker_run_options_in_command(service: Service, context: Context) -> Iterator[Finding]:
    """`command:` is what runs inside the container. `--gpus all` at its beginning is an option of `docker run`, meant
    for the engine, and here goes to the program: the container gets no GPU by it, and most programs stop at an option
    that they do not know.

    Each option of `docker run` has a key: `--gpus` is `gpus`, `--runtime` `runtime`, `--device` `devices`, `--ipc`
    `ipc`, `--shm-size` `shm_size`.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        shm_size: 8gb
        command: --gpus all python train.py
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        shm_size: 8gb
        command: python train.py
        gpus: all
    ```
    """
    words = [] if service.get("entrypoint") is not None else list(command_words(service))
    index = 0
    while index < len(words) and words[index].text.startswith("-"):
        name, equals, value = words[index].text.partition("=")
        follows = words[index + 1].text if not equals and index + 1 < len(words) else ""
        sure = table("docker_run")["sure"].get(name)
        if sure is not None and re.match(sure, value if equals else follows):
            yield Finding(
                words[index].span,
                f"this container will get nothing by {quote(name)}: it is an option of `docker run`, and the program"
                " gets it",
                f"Write the key `{table('docker_run')['options'][name]}` beside `command`.",
            )
        index += 1 if equals or follows.startswith("-") else 2
