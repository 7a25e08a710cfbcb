from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.compose.merges import merge_conflicts
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Related, Severity
from stacks.rules.registry import rule


@rule(
    "COM073",
    title="A service cannot be merged with the one it extends",
    layer=Layer.COMPOSE,
    severity=Severity.ERROR,
    on=Service,
    url="https://github.com/compose-spec/compose-go/blob/v2.9.1/override/merge.go",
)
def conflict_with_base(service: Service, context: Context) -> Iterator[Finding]:
    """`extends` puts the lists of both services together. Docker Compose refuses the file where the result has an
    item of `security_opt`, `group_add`, `volumes_from` or `external_links` twice, and where the base asks for
    GPUs with a list under `gpus` and this service with the word `all`.

    Delete what the base has already.

    ```yaml bad
    services:
      base:
        image: pytorch/pytorch
        security_opt: [seccomp:unconfined]
      train:
        extends: base
        security_opt: [seccomp:unconfined]
    ```
    ```yaml good
    services:
      base:
        image: pytorch/pytorch
        security_opt: [seccomp:unconfined]
      train:
        extends: base
    ```
    """
    for conflict in merge_conflicts(service):
        message = f"Docker Compose will refuse to merge this with the base: {conflict.reason}"
        related = (Related(conflict.base_span, "in the base"),)
        yield Finding(conflict.span, message, "Delete it here.", related=related)
