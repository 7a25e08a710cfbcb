"""`deploy.resources.reservations.devices`: what the most versions understand.

Since docker-compose 1.28.0 (2021-01-20), whatever `version` says, and every Compose V2. Source: CHANGELOG of
docker-compose 1.29.2; compose-spec, deploy.md.
"""

from collections.abc import Iterator

from stacks.allocation import ClaimKind, ClaimOrigin, GpuClaim
from stacks.renderers.selection import GPU_WORD, Need, Selection
from stacks.renderers.steps import (
    Dialect,
    Plan,
    Step,
    Writer,
    appending,
    deleting,
    remove_other_claims,
    remove_own_claims,
    rename_request,
    request_data,
    setting,
)

DEVICES = ("deploy", "resources", "reservations", "devices")


def convert(need: Need, selection: Selection) -> Plan:
    data = request_data(need, selection, capabilities=need.capabilities or (GPU_WORD,))
    return Plan(tuple(_steps(need, data)))


def _steps(need: Need, data: object) -> Iterator[Step]:
    own = need.of(ClaimOrigin.DEPLOY)
    if own and own[0].request is not None:
        yield setting(own[0].request.path, data)
        yield from remove_own_claims(need, ClaimOrigin.DEPLOY, but_first=True)
    else:
        yield appending((*need.service.path, *DEVICES), data)
    yield from remove_other_claims(need, ClaimOrigin.DEPLOY)


def rename(claim: GpuClaim, selection: Selection) -> Plan:
    request = claim.request
    assert request is not None
    steps = tuple(rename_request(claim, selection))
    if claim.kind is ClaimKind.ALL and request.count is None and not request.device_ids and not request.is_cdi:
        note = "`count: all` was added: Docker Compose before 2.30 takes a request without it for none"
        empty = (deleting((*request.path, "device_ids")),) if request.device_ids == () else ()
        return Plan((*steps, *empty, setting((*request.path, "count"), "all")), (note,))
    return Plan(steps)


WRITER = Writer(
    Dialect.DEPLOY,
    ClaimOrigin.DEPLOY,
    "Reservation (deploy)",
    "docker-compose 1.28 or newer and every Docker Compose V2 (deploy)",
    True,
    convert,
    rename,
)
