from collections.abc import Iterator

from stacks.compose.document import Document
from stacks.compose.nodes import Mapping, Node, Scalar, Sequence
from stacks.facts.services import may_hold_token, token_maker
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule

_SHORTEST = 20


@rule(
    "SEC301",
    title="An access token stands in the file",
    layer=Layer.PRACTICE,
    severity=Severity.WARNING,
    on=Document,
    url="https://docs.docker.com/compose/how-tos/environment-variables/best-practices/",
)
def token_in_file(document: Document, context: Context) -> Iterator[Finding]:
    """A Compose file is shared: by git, in chats, with this program. Whoever reads a token in it can use it, and
    removing it later does not take it out of the history.

    Withdraw the token and make a new one. Write that into `.env` beside the file (`HF_TOKEN=…`), keep `.env` out of
    git, and write `${HF_TOKEN}` here; or use `secrets`. There is no automatic repair, since it would lose the value.

    ```yaml bad
    services:
      vllm:
        image: vllm/vllm-openai:v0.11.0
        shm_size: 8gb
        environment:
          HF_TOKEN: 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
    ```
    ```yaml good
    services:
      vllm:
        image: vllm/vllm-openai:v0.11.0
        shm_size: 8gb
        environment:
          HF_TOKEN: ${HF_TOKEN:-}
    ```
    """
    if document.root is None or not may_hold_token(document.source.text):
        return
    for node in _scalars(document.root):
        maker = token_maker(node.text) if len(node.text) >= _SHORTEST else None
        if maker is not None:
            yield Finding(
                node.span,
                f"whoever reads this file can use this token: it has the form of one of {maker}",
                "Withdraw it, put the new one into `.env`, and write `${NAME}` here.",
            )


def _scalars(root: Node) -> Iterator[Scalar]:
    """Every value as it is written, once."""
    pending: list[Node] = [root]
    while pending:
        node = pending.pop()
        if isinstance(node, Scalar):
            yield node
        elif isinstance(node, Sequence):
            pending.extend(
                item for index, item in enumerate(node.items) if not (node.aliases and index in node.aliases)
            )
        elif isinstance(node, Mapping):
            pending.extend(entry.value for entry in node.entries if entry.alias is None)
