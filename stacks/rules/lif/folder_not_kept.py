from collections.abc import Iterator

from stacks.arguments import command_words
from stacks.compose import editing
from stacks.compose.document import Service
from stacks.compose.mount_items import covers, mount_items
from stacks.compose.source import TextEdit
from stacks.facts.services import KeptFolder, ServedImage
from stacks.listening import server
from stacks.model_servers import model_server
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "LIF301",
    title="What the server downloads or saves is lost with its container",
    layer=Layer.PRACTICE,
    severity=Severity.INFO,
    on=Service,
    url="https://docs.docker.com/engine/storage/volumes/",
)
def folder_not_kept(service: Service, context: Context) -> Iterator[Finding]:
    """A container's own files go with it, at `docker compose down` and whenever `up` creates it anew for a changed line
    or a newer image. A model server then downloads its gigabytes again; Ollama forgets its models, Open WebUI its
    accounts, Jupyter the notebooks.

    Mount a volume on the folder.

    ```yaml bad
    services:
      ollama:
        image: ollama/ollama:0.13.5
    ```
    ```yaml good
    services:
      ollama:
        image: ollama/ollama:0.13.5
        volumes:
          - ollama:/root/.ollama
    volumes:
      ollama:
    ```
    """
    known = server(service)
    if known is None or not known.keeps or service.get("volumes_from") is not None or _is_elsewhere(service, known):
        return
    mounts = mount_items(service)
    for kept in known.keeps:
        on_it = [each for each in mounts if covers(each.target, kept.folder) or covers(kept.folder, each.target)]
        if all(mount.kind == "tmpfs" for mount in on_it):
            yield Finding(
                service.span,
                f"{kept.what} will be lost whenever this container is created anew: "
                f"{'memory alone' if on_it else 'nothing'} is mounted on `{kept.folder}`",
                f"Mount a volume on `{kept.folder}`.",
                _fix(service, kept) if not on_it else None,
            )


def _is_elsewhere(service: Service, known: ServedImage) -> bool:
    """Whether the server keeps its files in another folder, or serves a model from a path."""
    if any(service.variable(name) is not None for name in known.moved_by) or service.get("env_file") is not None:
        return True
    if any(word.text.partition("=")[0] in known.moved_by for word in command_words(service)):
        return True
    found = model_server(service)
    return found is not None and found.model is not None and found.model.text.startswith(("/", ".", "$", "s3:"))


def _fix(service: Service, kept: KeptFolder) -> Fix | None:
    document, name = service.document, f"{service.name}-data"
    if name in document.section("volumes") or not name.replace("-", "").replace("_", "").isalnum():
        return None

    def edits() -> tuple[TextEdit, ...]:
        mounted = editing.append_item(document, (*service.path, "volumes"), f"{name}:{kept.folder}")
        return (*mounted, *editing.set_value(document, ("volumes", name), None))

    return Fix(f"keep it in the volume `{name}`", edits, safe=False)
