from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.compose.values import quote
from stacks.compose.variable_edits import remove_variable
from stacks.driver_capabilities import NAME, given_capabilities, in_order
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Related, Severity
from stacks.rules.registry import rule


@rule(
    "ENV207",
    title="A device request overrides NVIDIA_DRIVER_CAPABILITIES",
    layer=Layer.GPU,
    severity=Severity.WARNING,
    on=Service,
    keys=("environment",),
    url="https://github.com/moby/moby/blob/master/daemon/devices_nvidia_linux.go",
)
def request_overrides_driver_capabilities(service: Service, context: Context) -> Iterator[Finding]:
    """`capabilities: [gpu]` leaves `NVIDIA_DRIVER_CAPABILITIES` alone. Every further word, as in `[gpu, compute,
    utility]`, makes the engine set the variable to just these words, after the file's own: what the variable says
    beyond them is lost.

    Say it in one place: all words in the request, or `[gpu]` there and the rest in the variable.

    ```yaml bad
    services:
      media:
        image: jellyfin/jellyfin:10.10.7
        environment:
          NVIDIA_DRIVER_CAPABILITIES: all
        gpus:
          - count: 1
            capabilities: [gpu, compute, utility]
    ```
    ```yaml good
    services:
      media:
        image: jellyfin/jellyfin:10.10.7
        environment:
          NVIDIA_DRIVER_CAPABILITIES: all
        gpus:
          - count: 1
            capabilities: [gpu]
    ```
    """
    variable = service.variable(NAME)
    given = given_capabilities(service) if variable is not None and variable.value else None
    if variable is None or not variable.value or given is None or given.path is None or given.span is None:
        return
    said = frozenset(word.strip() for word in variable.value.split(",") if word.strip())
    if said <= given.words:
        return
    yield Finding(
        variable.value_span,
        f"`{NAME}` {quote(variable.value)} will be ignored: the request sets it to `{in_order(given.words)}`",
        "Name all of them in the request's `capabilities`, or leave `[gpu]` there.",
        Fix("remove the variable", lambda: remove_variable(service, variable.name), safe=False),
        (Related(given.span, "these words count"),),
    )
