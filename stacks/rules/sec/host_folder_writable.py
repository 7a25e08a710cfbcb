from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.compose.mount_items import mount_items
from stacks.compose.nodes import Mapping, Scalar, find
from stacks.compose.values import Invalid
from stacks.compose.volumes import parse_volume
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule

_FOLDERS = {
    "/": "the whole disk of the host",
    "/etc": "the settings of the host",
    "/root": "the home folder of the host's root",
    "/boot": "the kernel of the host",
    "/usr": "the programs of the host",
    "/var/lib/docker": "the files of all containers",
    "/proc": "the kernel's settings",
    "/sys": "the kernel's settings",
    "~/.ssh": "your SSH keys",
    "/dev": "the devices of the host",
}
_WHOLE = "/"


@rule(
    "SEC107",
    title="A container can write to the host's system",
    layer=Layer.PRACTICE,
    severity=Severity.INFO,
    on=Service,
    keys=("volumes",),
    url="https://docs.docker.com/engine/storage/bind-mounts/#considerations-and-constraints",
)
def host_folder_writable(service: Service, context: Context) -> Iterator[Finding]:
    """A mounted folder of the host is writable unless it says otherwise. With `/`, `/etc` or `~/.ssh` in it, a mistake
    or an intruder in the container changes the host.

    Mount the folder that is needed, and with `:ro` where it is only read.

    ```yaml bad
    services:
      backup:
        image: restic/restic:0.18.0
        volumes:
          - /:/host
    ```
    ```yaml good
    services:
      backup:
        image: restic/restic:0.18.0
        volumes:
          - /:/host:ro
    ```
    """
    if not _may_be(service):
        return
    for mount in mount_items(service):
        source = mount.source.rstrip("/") or mount.source
        is_own = mount.kind == "bind" and mount.path[:2] == service.path
        if is_own and source in _FOLDERS and _is_writable(service, int(mount.path[3])):
            yield Finding(
                mount.span,
                f"this container can write to {_FOLDERS[source]}: `{mount.source}` is mounted without `ro`",
                "Mount the folder that is needed, with `:ro` where it is only read.",
                severity=Severity.WARNING if source == _WHOLE else None,
            )


def _may_be(service: Service) -> bool:
    node = service.sequence("volumes")
    return node is not None and any(
        not isinstance(item, Scalar) or (item.string.split(":")[0].rstrip("/") or "/") in _FOLDERS
        for item in node.items
    )


def _is_writable(service: Service, index: int) -> bool:
    """Whether it is, for certain: a source with a variable in it may be any folder."""
    item = find(service.node, "volumes", index)
    if isinstance(item, Scalar):
        mount = parse_volume(item.string)
        return not isinstance(mount, Invalid) and not mount.read_only and "$" not in item.text.partition(":")[0]
    if not isinstance(item, Mapping):
        return False
    given, source = item.scalar("read_only"), item.scalar("source")
    read_only = given is not None and given.string.lower() in ("true", "yes", "on", "y")
    return not read_only and source is not None and source.interpolated is None
