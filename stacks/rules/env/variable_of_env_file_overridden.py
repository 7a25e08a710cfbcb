from collections.abc import Iterator
from functools import partial

from stacks.compose.document import Service
from stacks.compose.gpu_requests import asks_for_gpus
from stacks.compose.values import quote
from stacks.compose.variable_edits import set_variable
from stacks.facts.environment import is_read_by_gpu_stack
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "ENV209",
    title="A GPU variable of .env has another value in the file",
    layer=Layer.PRACTICE,
    severity=Severity.WARNING,
    on=Service,
    keys=("environment",),
    url="https://docs.docker.com/compose/how-tos/environment-variables/envvars-precedence/",
)
def variable_of_env_file_overridden(service: Service, context: Context) -> Iterator[Finding]:
    """What stands in `.env`, or in the shell, is for the `${…}` of the Compose file. It reaches a container only where
    `environment` takes it up, as `NAME: ${NAME}` or by the name alone. A value that the file states itself wins:
    changing `.env` then changes nothing.

    Take the value up, or remove it from `.env`.

    ```yaml bad
    # env: NVIDIA_VISIBLE_DEVICES=1
    services:
      chat:
        image: ollama/ollama:0.13.5
        runtime: nvidia
        environment:
          NVIDIA_VISIBLE_DEVICES: "0"
    ```
    ```yaml good
    # env: NVIDIA_VISIBLE_DEVICES=1
    services:
      chat:
        image: ollama/ollama:0.13.5
        runtime: nvidia
        environment:
          NVIDIA_VISIBLE_DEVICES: ${NVIDIA_VISIBLE_DEVICES}
    ```
    """
    if not asks_for_gpus(service):
        return
    for variable in service.environment:
        if not is_read_by_gpu_stack(variable.name) or variable.value is None or variable.node.interpolated is not None:
            continue
        outside = service.document.lookup(variable.name)
        if outside is not None and outside != variable.value:
            written = f"${{{variable.name}}}"
            yield Finding(
                variable.value_span if variable.value else variable.name_span,
                f"{quote(outside)}, which the environment of Docker Compose says for `{variable.name}`, will have no"
                " effect: the file states another value",
                f"Write `{written}` to take it up, or remove it from `.env`.",
                Fix(
                    f"write `{written}`",
                    partial(set_variable, service, variable, written),
                    False,
                ),
            )
