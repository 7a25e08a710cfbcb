from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.document import Document, Service
from stacks.compose.nodes import Scalar
from stacks.compose.waits import ENDED, waited_for
from stacks.jobs import job_of
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Related, Severity
from stacks.rules.registry import rule

_FOREVER = ("always", "unless-stopped")


@rule(
    "LIF203",
    title="A job that ends is started again and again",
    layer=Layer.PRACTICE,
    severity=Severity.WARNING,
    on=Document,
    url="https://docs.docker.com/engine/containers/start-containers-automatically/",
)
def job_started_again(document: Document, context: Context) -> Iterator[Finding]:
    """`restart: always` and `unless-stopped` start a container anew whenever it ends, with success too. A job that
    downloads a model or runs a test then runs for ever, holding the GPU, and a service that waits for
    `service_completed_successfully` may never start.

    Write `restart: on-failure`, or nothing.

    ```yaml bad
    services:
      check:
        image: nvidia/cuda:12.9.1-base-ubuntu24.04
        command: nvidia-smi
        restart: always
        gpus: all
    ```
    ```yaml good
    services:
      check:
        image: nvidia/cuda:12.9.1-base-ubuntu24.04
        command: nvidia-smi
        gpus: all
    ```
    """
    restarting = {each.name: each for each in document.services if _policy(each) in _FOREVER}
    awaited = waited_for(document, ENDED) if restarting else {}
    for name, service in restarting.items():
        place = awaited.get(name)
        job = job_of(service)
        if place is None and job is None:
            continue
        restart = service.get("restart")
        path = (*service.path, "restart")
        assert restart is not None
        fix = Fix("write `on-failure`", partial(editing.set_value, document, path, "on-failure"), safe=False)
        reason = "another service waits for its end" if job is None else f"`{' '.join(job)}` ends when it is done"
        yield Finding(
            restart.value_span,
            f"this container will start again and again: {reason}",
            "Write `restart: on-failure`, or nothing.",
            fix,
            (Related(place.span, "its end is waited for here"),) if place is not None else (),
        )


def _policy(service: Service) -> str | None:
    node = service.node.value("restart")
    return node.string if isinstance(node, Scalar) and service.mapping("deploy", "restart_policy") is None else None
