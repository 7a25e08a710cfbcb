from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.compose.values import quote
from stacks.facts.engine import runtime_meant
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.fixes import fix_at
from stacks.rules.registry import rule


@rule(
    "ENG120",
    title="The name of NVIDIA's runtime is misspelt",
    layer=Layer.GPU,
    severity=Severity.ERROR,
    on=Service,
    keys=("runtime",),
    url="https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/install-guide.html",
)
def misspelt_runtime(service: Service, context: Context) -> Iterator[Finding]:
    """`runtime:` names an entry of `runtimes` in the engine's `daemon.json`, letter by letter. NVIDIA's toolkit writes
    the entry `nvidia`; `NVIDIA`, `nvida` or the name of a package such as `nvidia-docker2` is none: `unknown or invalid
    runtime name`. A host whose engine does list the name is believed.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        shm_size: 8gb
        runtime: nvidia-docker
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        shm_size: 8gb
        runtime: nvidia
    ```
    """
    runtime = service.runtime
    engine = context.host.engine if context.host is not None else None
    if runtime is None or (engine is not None and engine.runtimes is not None):
        return  # the list of the engine decides, which another rule compares
    meant = runtime_meant(runtime.string)
    if meant is not None:
        path = (*service.path, "runtime")
        edits = partial(editing.set_value, service.document, path, meant)
        yield Finding(
            runtime.span,
            f"this container will not start: no engine has a runtime {quote(runtime.string)} unless somebody gave it"
            f" that name; NVIDIA's toolkit calls it `{meant}`",
            f"Write `runtime: {meant}`, or ask for the GPU by a device request.",
            fix_at(service.document, path, f"write `{meant}`", edits) if runtime.interpolated is None else None,
        )
