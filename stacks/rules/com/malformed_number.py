from collections.abc import Iterator

from stacks.compose.decoding import DecodingFault, decoding_problems
from stacks.compose.document import Document
from stacks.compose.schema_wording import label
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "COM052",
    title="A number cannot be used where it stands",
    layer=Layer.COMPOSE,
    severity=Severity.ERROR,
    on=Document,
    url="https://github.com/compose-spec/compose-go/blob/v2.9.1/types/types.go",
)
def malformed_number(document: Document, context: Context) -> Iterator[Finding]:
    """Some numbers pass the schema and still make Docker Compose refuse the file: `deploy` limits of CPUs that are
    words, negative counts of retries, decimals where only whole numbers fit (`ulimits`, `expose`, `group_add`),
    text where only a plain number does (the weight of `blkio_config`, the mode of a tmpfs).

    Write a number of the kind that the message names.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch
        healthcheck:
          test: nvidia-smi
          retries: -1
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch
        healthcheck:
          test: nvidia-smi
          retries: 3
    ```
    """
    for problem in decoding_problems(document):
        if problem.fault is DecodingFault.NUMBER:
            message = f"Docker Compose will refuse {label(problem.path)}: {problem.reason}"
            yield Finding(problem.span, message, "Write a plain whole number, or what the message names.")
