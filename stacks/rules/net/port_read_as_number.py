from collections.abc import Iterator
from functools import partial

from stacks.compose.document import Service
from stacks.compose.nodes import Scalar, Sequence
from stacks.compose.source import TextEdit
from stacks.patterns import lazy_pattern
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.fixes import fix_at
from stacks.rules.registry import rule

_SEXAGESIMAL = lazy_pattern(r"([1-9][0-9]*):([0-5]?[0-9])\Z")


@rule(
    "NET101",
    title="A port mapping without quotes is a number in YAML 1.1",
    layer=Layer.PRACTICE,
    severity=Severity.WARNING,
    on=Service,
    keys=("ports",),
    url="https://docs.docker.com/reference/compose-file/services/#ports",
)
def port_read_as_number(service: Service, context: Context) -> Iterator[Finding]:
    """YAML 1.1 reads digits around a colon as a number to the base of 60 where the second part is below 60: `22:22` is
    1342, `8000:53` is 480053. Docker Compose reads it as it is meant. Podman Compose, docker-compose 1 and every
    script that loads the file with PyYAML read the number, and publish another port or refuse the file.

    Put the mapping into quotes, as all of them.

    ```yaml bad
    services:
      jump:
        image: lscr.io/linuxserver/openssh-server:9.9
        ports:
          - 22:22
    ```
    ```yaml good
    services:
      jump:
        image: lscr.io/linuxserver/openssh-server:9.9
        ports:
          - "22:22"
    ```
    """
    ports = service.node.value("ports")
    for index, item in enumerate(ports.items) if isinstance(ports, Sequence) else ():
        if isinstance(item, Scalar) and item.is_plain and (match := _SEXAGESIMAL.match(item.text)) is not None:
            number = int(match[1][:9]) * 60 + int(match[2])
            path = (*service.path, "ports", index)
            yield Finding(
                item.span,
                f"tools that read YAML 1.1 will take `{match[0]}` for the number {number}; Docker Compose does not",
                "Put quotes around it.",
                fix_at(context.document, path, "put quotes around it", partial(_quoted, item)),
            )


def _quoted(item: Scalar) -> tuple[TextEdit, ...]:
    return (TextEdit(item.span, f'"{item.text}"'),)
