"""`gpus`, as a list of requests.

The list is understood since Docker Compose 2.30.0, the word `gpus: all` only since 2.33.0, so the word is written out.
Source: compose-go, transform/devices.go of v2.3.0 and v2.4.8.
"""

from collections.abc import Iterator

from stacks.allocation import ClaimOrigin, GpuClaim
from stacks.renderers.selection import Need, Selection
from stacks.renderers.steps import (
    Dialect,
    Plan,
    Step,
    Writer,
    appending,
    has_only_gpu_word,
    remove_other_claims,
    remove_own_claims,
    rename_request,
    request_data,
    setting,
)


def convert(need: Need, selection: Selection) -> Plan:
    words = () if has_only_gpu_word(need) else need.capabilities  # the capability `gpu` is implied here
    return Plan(tuple(_steps(need, request_data(need, selection, capabilities=words))))


def _steps(need: Need, data: object) -> Iterator[Step]:
    own = need.of(ClaimOrigin.GPUS)
    if not own or own[0].request is None:
        yield appending((*need.service.path, "gpus"), data)
    elif own[0].request.index is None:
        yield setting(own[0].request.path, [data])
    else:
        yield setting(own[0].request.path, data)
        yield from remove_own_claims(need, ClaimOrigin.GPUS, but_first=True)
    yield from remove_other_claims(need, ClaimOrigin.GPUS)


def rename(claim: GpuClaim, selection: Selection) -> Plan:
    request = claim.request
    assert request is not None
    if request.index is None:
        return Plan((setting(request.path, [{"driver": "nvidia", "count": "all"}]),))
    return Plan(tuple(rename_request(claim, selection)))


WRITER = Writer(
    Dialect.GPUS,
    ClaimOrigin.GPUS,
    "Short form (gpus)",
    "Docker Compose 2.30 or newer (gpus)",
    True,
    convert,
    rename,
)
