from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.compose.limits import whole_number
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Related, Severity
from stacks.rules.fixes import fix_at
from stacks.rules.registry import rule
from stacks.swarm import swarm_sign

_KNOWN = ("", "no", "none", "any", "always", "unless-stopped")


@rule(
    "LIF208",
    title="A number of restarts is given without on-failure",
    layer=Layer.GPU,
    severity=Severity.ERROR,
    on=Service,
    keys=("deploy",),
    url="https://docs.docker.com/reference/compose-file/deploy/#restart_policy",
)
def attempts_without_on_failure(service: Service, context: Context) -> Iterator[Finding]:
    """Swarm counts the restarts of any policy; `docker compose` hands `max_attempts` to the engine, which takes it with
    `condition: on-failure` only, and otherwise refuses to create the container: `maximum retry count can only be used
    with 'on-failure'` (seen with Engine 28 and Compose 2.40, without a condition too).

    A service with keys that only Swarm reads is left alone.

    ```yaml bad
    services:
      ollama:
        image: ollama/ollama:0.13.5
        deploy:
          restart_policy:
            condition: any
            max_attempts: 3
    ```
    ```yaml good
    services:
      ollama:
        image: ollama/ollama:0.13.5
        deploy:
          restart_policy:
            condition: on-failure
            max_attempts: 3
    ```
    """
    policy = service.mapping("deploy", "restart_policy")
    entry = policy.get("max_attempts") if policy is not None else None
    if policy is None or entry is None or not whole_number(entry.value) or swarm_sign(service) is not None:
        return
    condition = policy.scalar("condition")
    word = condition.string if condition is not None else ""
    if word not in _KNOWN:
        return
    path = (*service.path, "deploy", "restart_policy")
    edits = partial(editing.set_value, service.document, (*path, "condition"), "on-failure")
    yield Finding(
        entry.span,
        f"the engine will refuse this container: only `on-failure` takes `max_attempts`, not {_said(word)}",
        "Write `condition: on-failure`, or delete `max_attempts`.",
        fix_at(service.document, (*path, "condition"), "write `condition: on-failure`", edits, safe=False),
        (Related(condition.span, "the condition"),) if condition is not None else (),
    )


def _said(word: str) -> str:
    return f"`{word}`" if word else "a policy without a `condition`"
