from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.compose.mount_items import covers, mount_items
from stacks.listening import server
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "LIF302",
    title="A folder of the host is mounted for a program that is not root",
    layer=Layer.PRACTICE,
    severity=Severity.INFO,
    on=Service,
    url="https://docs.nvidia.com/nim/large-language-models/latest/getting-started.html",
)
def folder_of_another_user(service: Service, context: Context) -> Iterator[Finding]:
    """Some images run their program as an ordinary user, with the uid 1000: NIM and the notebooks of Jupyter. A folder
    of the host keeps its owner when it is mounted, and one that the engine creates belongs to root. The program cannot
    write there: `permission denied`, and NIM does not start.

    Create the folder before the first start and give it to that user (`chown 1000`), or run the container as the
    folder's owner with `user`, or use a named volume, which takes its owner from the image.

    ```yaml bad
    services:
      llm:
        image: nvcr.io/nim/meta/llama-3.1-8b-instruct:1.8.0
        shm_size: 16gb
        volumes:
          - ./nim-cache:/opt/nim/.cache
    ```
    ```yaml good
    services:
      llm:
        image: nvcr.io/nim/meta/llama-3.1-8b-instruct:1.8.0
        shm_size: 16gb
        user: "1000"
        volumes:
          - ./nim-cache:/opt/nim/.cache
    ```
    """
    known = server(service)
    if known is None or known.user is None or service.get("user") is not None or service.get("volumes") is None:
        return
    if service.variable("NB_UID") is not None or service.variable("CHOWN_HOME") is not None:
        return
    for mount in mount_items(service):
        if mount.kind == "bind" and any(covers(kept.folder, mount.target) for kept in known.keeps):
            yield Finding(
                mount.span,
                f"{known.title} may not be able to write here: it runs with the uid {known.user}, and this folder "
                "keeps its owner",
                f"Give the folder to uid {known.user}, or set `user`.",
            )
