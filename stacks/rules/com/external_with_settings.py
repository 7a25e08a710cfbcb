from collections.abc import Iterator

from stacks.compose.document import SECTIONS, Document
from stacks.compose.nodes import Entry, Mapping, Scalar
from stacks.compose.schema_casts import to_boolean
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Related, Severity
from stacks.rules.registry import rule


@rule(
    "COM062",
    title="An external volume has settings of its own",
    layer=Layer.COMPOSE,
    severity=Severity.ERROR,
    on=Document,
    url="https://github.com/compose-spec/compose-go/blob/v2.9.1/validation/external.go",
)
def external_with_settings(document: Document, context: Context) -> Iterator[Finding]:
    """`external: true` says that the volume exists already and that nothing of it is made here. Docker Compose
    refuses a file in which such a volume has other keys than `name`, and one in which `external.name` and `name`
    differ.

    Delete the settings, or delete `external`.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch
        volumes: [data:/data]
    volumes:
      data:
        external: true
        driver: local
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch
        volumes: [data:/data]
    volumes:
      data:
        external: true
        name: shared-data
    ```
    """
    for section in SECTIONS:
        for name, entry in document.section(section).items():
            external = entry.value.get("external") if isinstance(entry.value, Mapping) else None
            if external is None or not isinstance(entry.value, Mapping):
                continue
            named, outer = external.value, entry.value.scalar("name")
            inner = named.scalar("name") if isinstance(named, Mapping) else None
            if inner is not None and outer is not None and inner.string != outer.string:
                message = (
                    f"Docker Compose will refuse this file: `{name}` is both `{outer.string}` and `{inner.string}`"
                )
                yield Finding(inner.span, message, "Keep `external: true` and `name`.")
            for key, setting in entry.value.effective.items() if section == "volumes" and _is_true(external) else ():
                if key not in ("name", "external") and not key.startswith("x-"):
                    message = f"Docker Compose will refuse this file: the external volume `{name}` cannot have `{key}`"
                    related = (Related(external.key.span, "external here"),)
                    yield Finding(setting.key.span, message, f"Delete `{key}`, or `external`.", related=related)


def _is_true(external: Entry) -> bool:
    if isinstance(external.value, Scalar):
        value = external.value.value
        return (to_boolean(value) if isinstance(value, str) else value) is True
    return True
