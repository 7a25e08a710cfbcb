from collections.abc import Iterator
from functools import partial

from stacks.compose.container_text import container_text
from stacks.compose.document import Service
from stacks.compose.environment import environment_variables
from stacks.compose.source import Span, TextEdit
from stacks.compose.values import quote
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule

_NUMBERS = (int, float)


@rule(
    "ENV401",
    title="YAML changes a number before the container gets it",
    layer=Layer.PRACTICE,
    severity=Severity.WARNING,
    on=Service,
    keys=("build", "environment"),
    url="https://docs.docker.com/reference/compose-file/services/#environment",
)
def number_changed_by_yaml(service: Service, context: Context) -> Iterator[Finding]:
    """In the map form of `environment`, and in a build's `args`, YAML reads a plain value before Docker Compose does,
    and what looks like a number becomes one. The container gets the number as Go prints it: `8.0` becomes `8`, `12.10`
    becomes `12.1`, `0123` (octal) becomes `83`, `1e6` becomes `1e+06`. Versions, architectures and ids suffer.

    Put quotes around the value, and it stays as written.

    ```yaml bad
    services:
      build:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-devel
        environment:
          TORCH_CUDA_ARCH_LIST: 8.0
    ```
    ```yaml good
    services:
      build:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-devel
        environment:
          TORCH_CUDA_ARCH_LIST: "8.0"
    ```
    """
    arguments = service.find("build", "args") if service.get("build") is not None else None
    for variable in (*service.environment, *(environment_variables(arguments) if arguments is not None else ())):
        node = variable.node
        if type(node.value) not in _NUMBERS or node.tag is not None:
            continue
        given = container_text(node)
        if given is not None and given != node.text:
            edits = (TextEdit(Span(node.start, node.start), '"'), TextEdit(Span(node.end, node.end), '"'))
            yield Finding(
                variable.value_span,
                f"the container will get {quote(given)} for `{variable.name}`:"
                f" YAML reads {quote(node.text)} as a number",
                "Put quotes around the value.",
                Fix("put quotes around the value", partial(tuple, edits)),
            )
