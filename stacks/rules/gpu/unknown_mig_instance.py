from collections.abc import Iterator

from stacks.compose.document import Document
from stacks.gpu_use import host_label
from stacks.hosts.snapshot import HostSnapshot
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import GPUS, rule


@rule(
    "GPU103",
    title="A MIG instance is asked for that the host does not have",
    layer=Layer.HOST,
    severity=Severity.ERROR,
    on=Document,
    needs=(GPUS,),
    url="https://github.com/NVIDIA/nvidia-container-toolkit",
)
def unknown_mig_instance(document: Document, context: Context) -> Iterator[Finding]:
    """A MIG instance is a part of a GPU with memory of its own. It is named by its UUID (`MIG-…`) or by place: `0:1` is
    instance 1 of GPU 0. The names change whenever the GPU is partitioned anew, and vanish when MIG is switched off; the
    container is then created and does not start.

    `nvidia-smi -L` lists the instances that there are now. After a new partition the CDI specification has to be made
    anew as well.

    ```yaml bad
    # host: mig
    services:
      serve:
        image: vllm/vllm-openai:v0.11.0
        shm_size: 8gb
        gpus:
          - device_ids: ["0:4"]
    ```
    ```yaml good
    # host: mig
    services:
      serve:
        image: vllm/vllm-openai:v0.11.0
        shm_size: 8gb
        gpus:
          - device_ids: ["0:1"]
    ```
    """
    host = context.snapshot()
    for _, identifier in context.allocation.unresolved if host.gpus else ():
        text = identifier.text.strip()
        if ("," not in text and " " not in text) and _names_mig(text) and host.lacks(text):
            yield Finding(
                identifier.span,
                f"this container will not start: {host_label(host)} has no MIG instance `{text}`{_why(text, host)}",
                _hint(host),
            )


def _names_mig(text: str) -> bool:
    return text.upper().startswith("MIG-") or (text.replace(":", "", 1).isdigit() and ":" in text)


def _why(text: str, host: HostSnapshot) -> str:
    parent = text.partition(":")[0]
    gpu = host.gpu_by_index(int(parent[:9])) if parent.isdigit() else None
    if parent.isdigit() and gpu is None:
        return f": it has no GPU {parent}"
    if gpu is not None:
        return f": GPU {gpu.index} has {len(gpu.mig_instances)}" if gpu.mig_enabled else ": MIG is off there"
    return "" if any(each.mig_enabled for each in host.gpus or ()) else ": MIG is off on all of its GPUs"


def _hint(host: HostSnapshot) -> str:
    names = [
        f"`{gpu.index}:{each.index}`{f' ({each.profile})' if each.profile else ''}"
        for gpu in host.gpus or ()
        for each in gpu.mig_instances
    ]
    if not names:
        return "Name a whole GPU, or make the instances with `nvidia-smi mig` first."
    return f"Name one that it has: {', '.join(names[:8])}."
