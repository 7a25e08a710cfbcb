from collections.abc import Iterator

from stacks.compose.document import Document
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "COM074",
    title="A file gives a key in another form than the file before it",
    layer=Layer.COMPOSE,
    severity=Severity.ERROR,
    on=Document,
    url="https://github.com/compose-spec/compose-go/blob/v2.9.1/override/merge.go",
)
def files_not_mergeable(document: Document, context: Context) -> Iterator[Finding]:
    """Several files (`-f A -f B`, an override file, the YAML documents of one file) are merged key by key: mappings
    into mappings, lists behind lists. Docker Compose refuses them where one has a list and the other a mapping or a
    single value. `gpus: all` counts as a list with one request, so that a later file has to give a list, too.

    Write both in one form, or `!override` in front of the later value, which then stands in place of the earlier.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        gpus:
          - count: 1
    ---
    services:
      train:
        gpus: all
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        gpus:
          - count: 1
    ---
    services:
      train:
        gpus: !override all
    ```
    """
    for fault in document.faults:
        if fault.kind == "merge":
            yield Finding(fault.span, fault.message, fault.hint, related=fault.related)
