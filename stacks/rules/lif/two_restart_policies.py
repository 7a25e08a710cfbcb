from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.compose.nodes import Scalar
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Related, Severity
from stacks.rules.registry import rule

_AS_RESTART = {"none": "no", "any": "always", "on-failure": "on-failure"}


@rule(
    "LIF202",
    title="A service has two restart policies that differ",
    layer=Layer.PRACTICE,
    severity=Severity.WARNING,
    on=Service,
    keys=("restart",),
    url="https://docs.docker.com/reference/compose-file/deploy/#restart_policy",
)
def two_restart_policies(service: Service, context: Context) -> Iterator[Finding]:
    """Where a service has both, Docker Compose applies `deploy.restart_policy` and drops `restart` without a word.
    Its words are others: `any` is `always`, `none` is `no`. With `condition: on-failure` a container that ends without
    an error, or that runs when the host restarts, does not come back.

    Keep one of them; Swarm reads the one under `deploy` only.

    ```yaml bad
    services:
      ollama:
        image: ollama/ollama:0.13.5
        restart: unless-stopped
        deploy:
          restart_policy:
            condition: on-failure
    ```
    ```yaml good
    services:
      ollama:
        image: ollama/ollama:0.13.5
        restart: unless-stopped
    ```
    """
    restart = service.get("restart")
    policy = service.mapping("deploy", "restart_policy")
    if restart is None or policy is None or not isinstance(restart.value, Scalar) or restart.value.value is None:
        return
    condition = policy.scalar("condition")
    word = condition.string if condition is not None else ""
    given = restart.value.string.partition(":")[0]
    if _AS_RESTART.get(word, word) == given or (word in ("", "any") and given == "unless-stopped"):
        return
    shown = f"`condition: {word}`" if word else "`deploy.restart_policy`"
    path = (*service.path, "restart")
    yield Finding(
        restart.value_span,
        f"`restart: {restart.value.string}` will have no effect: {shown} under `deploy` replaces it",
        "Keep the one that you mean.",
        Fix("delete `restart`", partial(editing.delete, context.document, path), safe=False),
        (Related(condition.span if condition is not None else policy.span, "this one counts"),),
    )
