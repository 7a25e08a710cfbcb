"""Which of a user's stacks a rule is seen in, as they are now."""

import time
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.core.cache import cache

from stacks.models import HostSnapshot, Stack
from stacks.services.access import stacks_of
from stacks.services.analysis import stack_report

LOOKED_THROUGH = 50
"""So many stacks at most, those saved last."""
SECONDS = 1.5
"""After so long no further stack is checked; the page says how many were."""


@dataclass(frozen=True, slots=True)
class Sightings:
    """The stacks that a rule is seen in, with how many were looked through of how many there are."""

    stacks: tuple[Stack, ...]
    looked_through: int
    total: int


def rule_sightings(*, user: User, code: str) -> Sightings:
    """Check the user's stacks, or remember what they were found to have, and choose those that have `code`."""
    mine = stacks_of(user)
    found: list[Stack] = []
    looked_through, deadline = 0, time.monotonic() + SECONDS
    for stack in mine[:LOOKED_THROUGH]:
        if looked_through and time.monotonic() > deadline:
            break
        looked_through += 1
        if code in _codes(stack):
            found.append(stack)
    return Sightings(tuple(found), looked_through, mine.count())


def _codes(stack: Stack) -> frozenset[str]:
    """The codes that a check of the stack reports; kept until its text, its host or the host's snapshot changes."""
    snapshots = HostSnapshot.objects.filter(host=stack.host_id).order_by("-pk") if stack.host_id else None
    snapshot = snapshots.values_list("pk", flat=True).first() if snapshots is not None else None
    key = f"rule-sightings:{stack.pk}:{stack.version}:{stack.host_id}:{snapshot}"
    codes: frozenset[str] | None = cache.get(key)
    if codes is None:
        codes = frozenset(each.code for each in stack_report(stack).diagnostics)
        cache.set(key, codes, timeout=24 * 3600)
    return codes
