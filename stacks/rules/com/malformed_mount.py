from collections.abc import Iterator

from stacks.compose.device_paths import parse_device
from stacks.compose.document import Service
from stacks.compose.nodes import Mapping, Node, Scalar, Sequence
from stacks.compose.schema_cures import without_space
from stacks.compose.values import Invalid
from stacks.compose.volumes import parse_volume
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "COM054",
    title="A volume or device of a service cannot be read",
    layer=Layer.COMPOSE,
    severity=Severity.ERROR,
    on=Service,
    keys=("devices", "volumes"),
    url="https://github.com/compose-spec/compose-go/blob/v2.9.1/format/volume.go",
)
def malformed_mount(service: Service, context: Context) -> Iterator[Finding]:
    """The short form of a volume is `SOURCE:TARGET[:OPTIONS]`, that of a device `HOST[:CONTAINER[:PERMISSIONS]]`;
    the long form of either needs a `target`. Docker Compose refuses the file where a part between colons is
    empty, which is what a variable without a value leaves (`${DATA}:/data` gives `:/data`), and where there are
    too many parts.

    Give the variable a default, such as `${DATA:-./data}:/data`.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch
        volumes:
          - ${DATA}:/data
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch
        volumes:
          - ${DATA:-./data}:/data
    ```
    """
    for key in ("volumes", "devices"):
        node = service.node.value(key)
        for index, item in enumerate(node.items if isinstance(node, Sequence) else ()):
            is_cut = isinstance(item, Mapping) and without_space((*service.path, key, index), item) is not None
            reason = _reason(key, item) if not is_cut else None  # the schema says it all
            if reason is not None:
                assert isinstance(node, Sequence)
                yield Finding(node.item_span(index), f"Docker Compose will refuse this mount: {reason}", _hint(item))


def _reason(key: str, item: Node) -> str | None:
    if isinstance(item, Scalar) and isinstance(item.value, str):
        result = parse_volume(item.string) if key == "volumes" else parse_device(item.string)
        return result.reason if isinstance(result, Invalid) else None
    if isinstance(item, Mapping):
        target, kind = item.get("target"), item.scalar("type")
        if item.get("source") is None:
            is_bind = key == "volumes" and kind is not None and kind.string == "bind"
            if is_bind or key == "devices":  # the schema asks for the source of a device
                return "a bind mount needs a `source`, the path on the host" if is_bind else None
        is_given = target is not None and isinstance(target.value, Scalar) and isinstance(target.value.value, str)
        return None if is_given else "it has no `target`"
    return None


def _hint(item: Node) -> str:
    if isinstance(item, Mapping):
        return "Add the missing key: `source:` is the path on the host, `target:` that in the container."
    is_variable = isinstance(item, Scalar) and item.interpolated is not None
    return (
        "Give the variable a value, or a default as in `${DATA:-./data}`." if is_variable else "Write `SOURCE:TARGET`."
    )
