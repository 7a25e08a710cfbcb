"""`runtime: nvidia` with NVIDIA_VISIBLE_DEVICES: what hosts know that were set up before device requests.

The runtime has to be registered with the engine. `runtime` is understood by file format 2.3 and 2.4, by docker-compose
1.27 or newer whatever the format, and by every Compose V2. Source: CHANGELOG of docker-compose 1.29.2; README of the
NVIDIA Container Toolkit for the two variables.
"""

from collections.abc import Iterator

from stacks.allocation import VISIBLE_DEVICES, ClaimKind, ClaimOrigin, GpuClaim
from stacks.renderers.selection import Need, Selection, selection_of
from stacks.renderers.steps import Dialect, Plan, Step, Writer, as_names_note, remove_other_claims, setting

DRIVER_CAPABILITIES = "NVIDIA_DRIVER_CAPABILITIES"
KNOWN_WORDS = frozenset({"compute", "compat32", "graphics", "utility", "video", "display"})
NO_GPU = "void"


def convert(need: Need, selection: Selection) -> Plan:
    notes = [*as_names_note(selection), *_lost(need)]
    runtime = need.service.runtime
    if runtime is not None and runtime.string != "nvidia":
        notes.append(f"`runtime: {runtime.text}` gave way to `runtime: nvidia`")
    return Plan(tuple(_steps(need, selection)), tuple(notes))


def _steps(need: Need, selection: Selection) -> Iterator[Step]:
    name = need.service.name
    if need.service.runtime is None or need.service.runtime.string != "nvidia":
        yield setting((*need.service.path, "runtime"), "nvidia")
    value = visible_devices(selection)
    yield lambda batch: batch.set_environment(name, VISIBLE_DEVICES, value)
    words = [word for word in need.words if word in KNOWN_WORDS or "$" in word]
    if words:
        capabilities = ",".join(words)
        yield lambda batch: batch.set_environment(name, DRIVER_CAPABILITIES, capabilities)
    yield from remove_other_claims(need, ClaimOrigin.RUNTIME)


def _lost(need: Need) -> Iterator[str]:
    unknown = [word for word in need.words if word not in KNOWN_WORDS and "$" not in word and word != "nvidia"]
    if unknown:
        yield f"the capabilities `{', '.join(unknown)}` mean nothing to the nvidia runtime and were left out"
    if need.extra:
        yield f"`{', '.join(need.extra)}` cannot be said with `runtime: nvidia` and was left out"


def visible_devices(selection: Selection) -> str:
    """The value of NVIDIA_VISIBLE_DEVICES."""
    if selection.kind is ClaimKind.ALL:
        return "all"
    return ",".join(name.text for name in selection.as_names()) or NO_GPU


def rename(claim: GpuClaim, selection: Selection) -> Plan:
    if selection == selection_of(claim):
        return Plan()
    name, value = claim.service.name, visible_devices(selection)
    return Plan((lambda batch: batch.set_environment(name, VISIBLE_DEVICES, value),))


WRITER = Writer(
    Dialect.RUNTIME,
    ClaimOrigin.RUNTIME,
    "NVIDIA runtime (runtime)",
    "hosts with the nvidia runtime, from docker-compose 1.27 on (runtime: nvidia)",
    False,
    convert,
    rename,
)
