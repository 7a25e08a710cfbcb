from collections.abc import Iterator

from stacks.compose.document import Document
from stacks.compose.references import dependency_cycles
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Related, Severity
from stacks.rules.registry import rule

_SHOWN = 8  # services of one circle


@rule(
    "COM038",
    title="Services wait for each other in a circle",
    layer=Layer.COMPOSE,
    severity=Severity.ERROR,
    on=Document,
    url="https://github.com/compose-spec/compose-go/blob/v2.9.1/graph/cycle.go",
)
def dependency_cycle(document: Document, context: Context) -> Iterator[Finding]:
    """Docker Compose starts a service after those that it depends on (`depends_on`, `links`, `volumes_from`,
    `network_mode` and the like). In a circle none could be the first, so it refuses the file: `dependency cycle
    detected`.

    Take one of the dependencies out. Where two services need each other, let one retry its connection instead.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch
        depends_on: [store]
      store:
        image: redis
        depends_on: [train]
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch
        depends_on: [store]
      store:
        image: redis
    ```
    """
    for cycle in dependency_cycles(document):
        names = [f"`{name}`" for name in (cycle[-1].name, *(reference.name for reference in cycle))]
        shown = names if len(names) <= _SHOWN else [*names[:3], "…", *names[-2:]]
        message = f"Docker Compose will refuse this file: these services wait for each other: {' → '.join(shown)}"
        related = tuple(Related(reference.span, f"waits for `{reference.name}`") for reference in cycle[1:_SHOWN])
        yield Finding(cycle[0].span, message, "Take one of the dependencies out.", related=related)
