from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.document import Document, Service
from stacks.gpu_use import asking_services, host_label
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.fixes import fix_at
from stacks.rules.registry import ENGINE, rule


@rule(
    "ENG123",
    title="SELinux keeps the container from the GPU",
    layer=Layer.HOST,
    severity=Severity.WARNING,
    on=Document,
    needs=(ENGINE,),
    url="https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/troubleshooting.html",
)
def selinux_denies_gpu(document: Document, context: Context) -> Iterator[Finding]:
    """An engine with SELinux gives every container a label, and the policy of most systems does not let that label open
    NVIDIA's devices: `Failed to initialize NVML: Insufficient Permissions`. (`docker info` lists `selinux` among the
    security options of such an engine.)

    Switch the label off for the container with `security_opt: [label=disable]`, or install a policy that allows it on
    the host.

    ```yaml bad
    # host: selinux
    services:
      chat:
        image: ollama/ollama:0.13.5
        gpus: [{count: 1}]
    ```
    ```yaml good
    # host: selinux
    services:
      chat:
        image: ollama/ollama:0.13.5
        gpus: [{count: 1}]
        security_opt: [label=disable]
    ```
    """
    host = context.snapshot()
    if host.engine is None or not host.engine.selinux:
        return
    for service, span in asking_services(context.allocation):
        if _is_allowed(service):
            continue
        path = (*service.path, "security_opt")
        edits = partial(editing.append_item, document, path, "label=disable")
        yield Finding(
            span,
            f"this container may not reach its GPU: {host_label(host)} labels containers by SELinux, whose policy often"
            " closes NVIDIA's devices to them",
            "Set `security_opt: [label=disable]`, or install a policy on the host that allows it.",
            fix_at(document, path, "set `label=disable`", edits, safe=False),
        )


def _is_allowed(service: Service) -> bool:
    """Whether the container has no label, or one that the author chose."""
    privileged, options = service.scalar("privileged"), service.sequence("security_opt")
    if privileged is not None and privileged.string.lower() == "true":
        return True
    return options is not None and any(each.string.startswith("label") for each in options.scalars)
