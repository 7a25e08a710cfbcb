from collections.abc import Iterator

from stacks.compose.document import Document
from stacks.compose.nodes import Mapping, Scalar
from stacks.compose.schema_casts import to_boolean
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule

_SOURCES = {"secrets": ("file", "environment"), "configs": ("file", "environment", "content")}


@rule(
    "COM061",
    title="A secret or config has no source, or several",
    layer=Layer.COMPOSE,
    severity=Severity.ERROR,
    on=Document,
    url="https://github.com/compose-spec/compose-go/blob/v2.9.1/validation/validation.go",
)
def file_object_without_source(document: Document, context: Context) -> Iterator[Finding]:
    """A secret comes from a `file` or from an `environment` variable, a config from one of these or from its
    `content`; either may be `external`. Docker Compose refuses a file with one that has no source, or more than
    one.

    Give each exactly one source.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch
        secrets: [hf_token]
    secrets:
      hf_token: {}
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch
        secrets: [hf_token]
    secrets:
      hf_token:
        environment: HF_TOKEN
    ```
    """
    for section, sources in _SOURCES.items():
        for name, entry in document.section(section).items():
            if isinstance(entry.value, Mapping):
                reason = _reason(entry.value, section, sources)
                if reason is not None:
                    kind = section.removesuffix("s")
                    message = f"Docker Compose will refuse this file: the {kind} `{name}` {reason}"
                    yield Finding(
                        entry.key.span, message, f"Give it one of {', '.join(f'`{each}`' for each in sources)}."
                    )


def _reason(node: Mapping, section: str, sources: tuple[str, ...]) -> str | None:
    given = [key for key in sources if key in node.effective]
    if len(given) > 1:
        return f"has both `{given[0]}` and `{given[1]}`"
    if section == "configs":
        return None if given or node.effective.keys() & {"driver", "external"} else "has no source"
    if given == ["environment"]:
        variable = node.scalar("environment")
        return "comes from a variable without a name" if variable is not None and variable.string == "" else None
    return None if given or _is_external(node) else "has no source"


def _is_external(node: Mapping) -> bool:
    external = node.value("external")
    if isinstance(external, Scalar):
        return (to_boolean(external.value) if isinstance(external.value, str) else external.value) is True
    return external is not None
