from collections.abc import Iterator

from stacks.compose.document import Document
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import FILES, rule


@rule(
    "COM076",
    title="Files include each other in a circle",
    layer=Layer.COMPOSE,
    severity=Severity.ERROR,
    on=Document,
    needs=(FILES,),
    url="https://github.com/compose-spec/compose-go/blob/v2.9.1/loader/include.go",
)
def include_cycle(document: Document, context: Context) -> Iterator[Finding]:
    """A file that is included may include others. Docker Compose refuses the project where that leads back to a file
    that is being read already.

    Take one `include` out of the circle. What both files need belongs in a third one.

    ```yaml bad
    # file: store.yaml
    #| services:
    #|   store:
    #|     image: redis:7.4
    include:
      - store.yaml
      - compose.yaml
    services:
      web:
        image: nginx:1.27
    ```
    ```yaml good
    # file: store.yaml
    #| services:
    #|   store:
    #|     image: redis:7.4
    include: [store.yaml]
    services:
      web:
        image: nginx:1.27
    ```
    """
    for fault in document.faults:
        if fault.kind == "include-cycle":
            yield Finding(fault.span, fault.message, fault.hint, related=fault.related)
