from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.compose.nodes import Path, Scalar
from stacks.compose.values import quote
from stacks.facts.spelling import closest
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.fixes import fix_at
from stacks.rules.registry import rule

_POLICIES = ("no", "always", "on-failure", "unless-stopped")
_ALSO = ("none", "any", "")  # those of Swarm, which Compose translates; an empty one is the engine's default
_CONDITION: Path = ("deploy", "restart_policy", "condition")
_MEANT = {"never": "no", "false": "no", "off": "no", "true": "always", "yes": "always", "on": "always"}


@rule(
    "LIF201",
    title="The restart policy is none that the engine knows",
    layer=Layer.GPU,
    severity=Severity.ERROR,
    on=Service,
    keys=("deploy", "restart"),
    url="https://docs.docker.com/reference/compose-file/services/#restart",
)
def unknown_restart_policy(service: Service, context: Context) -> Iterator[Finding]:
    """`restart` is `no`, `always`, `unless-stopped`, or `on-failure` with an optional number of attempts
    (`on-failure:3`). Docker Compose passes on any other word, and the engine refuses to create the container:
    `invalid restart policy`. A number of attempts goes with `on-failure` only. The same words, and `any` and `none`,
    go with `deploy.restart_policy.condition`, where `max_attempts` is the number.

    ```yaml bad
    services:
      ollama:
        image: ollama/ollama:0.13.5
        restart: unless-stoped
    ```
    ```yaml good
    services:
      ollama:
        image: ollama/ollama:0.13.5
        restart: unless-stopped
    ```
    """
    path = _CONDITION if service.mapping(*_CONDITION[:2]) is not None else ("restart",)  # Compose drops the other
    node = service.scalar(*path)
    if node is not None and isinstance(node.value, str) and node.value.strip():
        yield from _judged(service, node, path)


def _judged(service: Service, node: Scalar, path: Path) -> Iterator[Finding]:
    policy, colon, attempts = node.string.partition(":")
    if policy in _POLICIES or policy in _ALSO:
        if not colon or (len(path) == 1 and (policy == "on-failure" or attempts == "0")):
            return
        message = "the engine will refuse this container: " + (
            f"only `on-failure` takes a number of attempts, not `{policy}`"
            if len(path) == 1
            else "`max_attempts` says how often, not a number behind the policy"
        )
        meant: str | None = policy
    else:
        message = f"the engine will refuse this container: {quote(node.string)} is no restart policy"
        meant = _MEANT.get(policy.strip().lower()) or closest(policy, _POLICIES)
    where = (*service.path, *path)
    new = f"{meant}{colon}{attempts}" if meant == "on-failure" and len(path) == 1 else meant
    edits = partial(editing.set_value, service.document, where, new)
    yield Finding(
        node.span,
        message,
        f"Write `{new}`." if meant else "Write `no`, `always`, `on-failure` or `unless-stopped`.",
        fix_at(service.document, where, f"write `{new}`", edits, safe=False)
        if meant is not None and node.interpolated is None
        else None,
    )
