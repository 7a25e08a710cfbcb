from collections.abc import Iterator
from functools import partial

from stacks.compose.container_text import container_text
from stacks.compose.document import Service
from stacks.compose.source import Span, TextEdit
from stacks.compose.values import quote
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "ENV402",
    title="YAML changes the case of a boolean before the container gets it",
    layer=Layer.PRACTICE,
    severity=Severity.INFO,
    on=Service,
    keys=("environment",),
    url="https://docs.docker.com/reference/compose-file/services/#environment",
)
def boolean_changed_by_yaml(service: Service, context: Context) -> Iterator[Finding]:
    """In the map form of `environment` YAML reads a plain `True`, `TRUE`, `False` or `FALSE` as a boolean, and the
    container gets `true` or `false`. Most programs do not mind; one that compares with `"True"`, as Python code does,
    or PyTorch's `PYTORCH_CUDA_ALLOC_CONF`, does. (`yes`, `no`, `on` and `off` stay as they are.)

    Put quotes around the value, and it stays as written.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        environment:
          USE_FLASH_ATTENTION: True
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        environment:
          USE_FLASH_ATTENTION: "True"
    ```
    """
    for variable in service.environment:
        node = variable.node
        if type(node.value) is not bool or node.tag is not None:
            continue
        given = container_text(node)
        if given is not None and given != node.text:
            edits = (TextEdit(Span(node.start, node.start), '"'), TextEdit(Span(node.end, node.end), '"'))
            yield Finding(
                variable.value_span,
                f"the container will get {quote(given)} for `{variable.name}`:"
                f" YAML reads {quote(node.text)} as a boolean",
                "Put quotes around the value if the program wants it as written.",
                Fix("put quotes around the value", partial(tuple, edits), safe=False),
            )
