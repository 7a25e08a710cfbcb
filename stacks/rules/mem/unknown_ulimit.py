from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.compose.limits import whole_number
from stacks.compose.nodes import Entry, Mapping
from stacks.compose.values import quote
from stacks.facts.spelling import closest
from stacks.facts.tables import table
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Related, Severity
from stacks.rules.fixes import fix_at
from stacks.rules.registry import rule


@rule(
    "MEM209",
    title="A ulimit has an unknown name, or is above its own hard limit",
    layer=Layer.GPU,
    severity=Severity.ERROR,
    on=Service,
    keys=("ulimits",),
    url="https://docs.docker.com/reference/compose-file/services/#ulimits",
)
def unknown_ulimit(service: Service, context: Context) -> Iterator[Finding]:
    """`ulimits` takes the kernel's names without `RLIMIT_`: `memlock` and `stack` are those that NCCL and NVIDIA's
    images ask for. Docker Compose and the engine pass on any name, and the container does not start: `wrong rlimit
    value: RLIMIT_MEMLOCKS`. Nor does it start where the soft limit is above the hard one; `-1` is without limit (both
    seen with Engine 28).

    ```yaml bad
    services:
      train:
        image: nvcr.io/nvidia/pytorch:25.10-py3
        gpus: all
        shm_size: 8gb
        ulimits:
          memlocks: -1
          stack: 67108864
    ```
    ```yaml good
    services:
      train:
        image: nvcr.io/nvidia/pytorch:25.10-py3
        gpus: all
        shm_size: 8gb
        ulimits:
          memlock: -1
          stack: 67108864
    ```
    """
    limits = service.mapping("ulimits")
    known: list[str] = table("kernel")["ulimits"]["names"]
    for name, entry in limits.effective.items() if limits is not None else ():
        if name.lower() not in known and not name.startswith("x-"):
            meant = closest(name, known)
            path = (*service.path, "ulimits", name)
            is_free = limits is not None and meant not in limits.effective
            yield Finding(
                entry.key.span,
                f"this container will not start: there is no ulimit {quote(name)}",
                f"Write `{meant}`." if meant else "Write one of the kernel's, such as `memlock` or `stack`.",
                fix_at(
                    service.document,
                    path,
                    f"write `{meant}`",
                    partial(editing.rename_key, service.document, path, meant),
                )
                if meant is not None and is_free
                else None,
            )
        yield from _above_hard(entry)


def _above_hard(entry: Entry) -> Iterator[Finding]:
    pair = entry.value if isinstance(entry.value, Mapping) else None
    soft, hard = (pair.scalar("soft"), pair.scalar("hard")) if pair is not None else (None, None)
    least, most = whole_number(soft), whole_number(hard)
    if soft is None or hard is None or least is None or most is None or most < 0 or 0 <= least <= most:
        return
    said = "without limit" if least < 0 else str(least)
    message = f"this container will not start: the soft limit of `{entry.name}` is {said}, and the hard one {most}"
    yield Finding(soft.span, message, "Raise `hard`, or lower `soft`.", related=(Related(hard.span, "the hard limit"),))
