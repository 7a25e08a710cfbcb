from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.document import Document, Service
from stacks.compose.nodes import Scalar
from stacks.jobs import starts_only_a_shell
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "LIF206",
    title="A container that is meant to stay ends at once",
    layer=Layer.PRACTICE,
    severity=Severity.WARNING,
    on=Document,
    url="https://docs.docker.com/reference/compose-file/services/#command",
)
def ends_at_once(document: Document, context: Context) -> Iterator[Finding]:
    """Images such as `nvidia/cuda`, `pytorch/pytorch`, `python` and `ubuntu` start a shell where nothing else is said.
    A shell without a terminal has nothing to read and ends: the container exits with code 0 in a second, and with
    `restart: always` it does so for ever.

    Write a `command`. To work in the container, write `tty: true` or `command: sleep infinity`, and open a shell with
    `docker compose exec`. This is reported where a port, a health check or a restart policy says that it should stay.

    ```yaml bad
    services:
      lab:
        image: pytorch/pytorch:2.9.1-cuda12.8-cudnn9-runtime
        restart: always
        gpus: all
    ```
    ```yaml good
    services:
      lab:
        image: pytorch/pytorch:2.9.1-cuda12.8-cudnn9-runtime
        restart: always
        tty: true
        gpus: all
    ```
    """
    for service in document.services:
        image = service.image
        if image is None or not _should_stay(service) or not starts_only_a_shell(service):
            continue
        edits = partial(editing.set_value, document, (*service.path, "tty"), True)
        yield Finding(
            image.span,
            "this container will end at once: its image starts a shell, which has nothing to read",
            "Write a `command`, or `tty: true` to work in it.",
            Fix("write `tty: true`", edits, safe=False),
        )


def _should_stay(service: Service) -> bool:
    restart = service.node.value("restart")
    lasting = isinstance(restart, Scalar) and restart.string in ("always", "unless-stopped")
    return lasting or service.get("ports") is not None or service.get("healthcheck") is not None
