from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.compose.nodes import Scalar
from stacks.compose.values import quote
from stacks.facts.spelling import closest
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.fixes import fix_at
from stacks.rules.registry import rule

_POLICIES = ("no", "always", "on-failure", "unless-stopped")
_ALSO = ("none", "any", "")  # those of Swarm, which Compose translates; an empty one is the engine's default
_MEANT = {"never": "no", "false": "no", "off": "no", "true": "always", "yes": "always", "on": "always"}


@rule(
    "LIF201",
    title="The restart policy is none that the engine knows",
    layer=Layer.GPU,
    severity=Severity.ERROR,
    on=Service,
    keys=("restart",),
    url="https://docs.docker.com/reference/compose-file/services/#restart",
)
def unknown_restart_policy(service: Service, context: Context) -> Iterator[Finding]:
    """`restart` is `no`, `always`, `unless-stopped`, or `on-failure` with an optional number of attempts
    (`on-failure:3`). Docker Compose passes on any other word, and the engine refuses to create the container:
    `invalid restart policy`. A number of attempts goes with `on-failure` only.

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
    node = service.node.value("restart")
    if not isinstance(node, Scalar) or not isinstance(node.value, str) or not node.value.strip():
        return
    policy, colon, attempts = node.string.partition(":")
    if policy in _POLICIES or policy in _ALSO:
        if not colon or policy == "on-failure" or attempts == "0":
            return
        message = f"the engine will refuse this container: only `on-failure` takes a number of attempts, not `{policy}`"
        meant: str | None = policy
    else:
        message = f"the engine will refuse this container: {quote(node.string)} is no restart policy"
        meant = _MEANT.get(policy.strip().lower()) or closest(policy, _POLICIES)
    path = (*service.path, "restart")
    new = f"{meant}{colon}{attempts}" if meant == "on-failure" else meant
    fix = fix_at(
        context.document, path, f"write `{new}`", partial(editing.set_value, context.document, path, new), safe=False
    )
    yield Finding(
        node.span,
        message,
        f"Write `{new}`." if meant else "Write `no`, `always`, `on-failure` or `unless-stopped`.",
        fix if meant is not None and node.interpolated is None else None,
    )
