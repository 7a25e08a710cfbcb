from collections.abc import Iterator

from stacks.compose.document import Document
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import FILES, rule


@rule(
    "COM075",
    title="A name is defined otherwise in an included file",
    layer=Layer.COMPOSE,
    severity=Severity.ERROR,
    on=Document,
    needs=(FILES,),
    url="https://docs.docker.com/reference/compose-file/include/",
)
def included_name_taken(document: Document, context: Context) -> Iterator[Finding]:
    """`include` takes in the services, volumes, networks, secrets and configs of another file as they are. It does not
    merge them: Docker Compose refuses the file where it defines one of the same name otherwise.

    Rename one of the two. To change something of what is included, list a second file under `path` of the `include`,
    or use an override file.

    ```yaml bad
    # file: store.yaml
    #| services:
    #|   store:
    #|     image: redis:7.4
    include: [store.yaml]
    services:
      store:
        image: redis:8.0
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
        depends_on: [store]
    ```
    """
    for fault in document.faults:
        if fault.kind == "include-conflict":
            yield Finding(fault.span, fault.message, fault.hint, related=fault.related)
