"""The one bridge from the web side to the engine: reports on stacks, and the index of what their documents hold."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from stacks.allocation import ClaimKind, allocate
from stacks.allocation import GpuClaim as Claim
from stacks.compose.dotenv import DotEnvProblem, parse_dotenv
from stacks.hosts.serialization import from_json
from stacks.hosts.snapshot import HostSnapshot as Snapshot
from stacks.hosts.snapshot import SnapshotError
from stacks.models import GpuClaim, HostSnapshot, ServiceIndex, Stack
from stacks.rules.checker import Report, check_text
from stacks.rules.findings import Layer

REMEMBERED_LENGTH = 64 * 1024
"""Characters of the longest texts whose report is kept in memory."""
LARGEST_COUNT = 2**31 - 1
"""The largest positive integer that every database keeps."""

SHELL = {
    "COMPOSE_PROJECT_NAME": "project",
    "PWD": "/home/user/project",
    "HOME": "/home/user",
    "USER": "user",
}
"""What Compose and every shell set, by way of example: where a stack will be started is not known here."""

logger = logging.getLogger(__name__)

_KINDS = {
    ClaimKind.ALL: GpuClaim.Kind.ALL,
    ClaimKind.COUNT: GpuClaim.Kind.COUNT,
    ClaimKind.IDENTIFIERS: GpuClaim.Kind.DEVICES,
}


@dataclass(frozen=True, slots=True)
class Analysis:
    """A report and what it was made from: the variables' values, and the snapshot with its number, if there is one.

    `environment_problems` are why Docker Compose refuses the text of `.env`.
    """

    report: Report
    values: dict[str, str]
    snapshot: Snapshot | None
    snapshot_id: int | None
    environment_problems: tuple[DotEnvProblem, ...] = ()

    @property
    def errors(self) -> int:
        return self.report.errors + len(self.environment_problems)


class _Newest(NamedTuple):
    """Which snapshot a check is made against. One never changes once it is kept, so that this stands for its facts.

    The time is for a database that was put back to an earlier state and gives the same number again.
    """

    number: int
    created_at: datetime
    host_name: str


def stack_report(stack: Stack, document: str | None = None, environment: str | None = None) -> Report:
    """The report on a stack's texts, or on those given in their place; see `stack_analyse`."""
    return stack_analyse(stack=stack, document=document, environment=environment).report


def stack_analyse(*, stack: Stack, document: str | None = None, environment: str | None = None) -> Analysis:
    """Check a stack's texts, or those given in their place, against the newest snapshot of its host."""
    document = stack.document if document is None else document
    environment = stack.environment if environment is None else environment
    newest = _newest(stack)
    check = _checked if len(document) + len(environment) <= REMEMBERED_LENGTH else _checked.__wrapped__
    snapshot = newest and _snapshot(newest)
    return Analysis(
        check(document, environment, newest),
        environment_values(environment),
        snapshot,
        newest and newest.number,
        environment_problems(environment),
    )


@lru_cache(maxsize=16)
def _checked(document: str, environment: str, newest: _Newest | None) -> Report:
    """A report depends on nothing else, and a page asks for the same one often: to show it, to select, to save."""
    return check_text(document, environment_values(environment), newest and _snapshot(newest))


def environment_values(environment: str) -> dict[str, str]:
    """What the text of a `.env` file gives to the document's variables, and what they have in every shell."""
    return {**SHELL, **parse_dotenv(environment, SHELL.get).values}


def environment_problems(environment: str) -> tuple[DotEnvProblem, ...]:
    """Why Docker Compose refuses the text of a `.env` file; it then starts nothing, whatever the document says."""
    return parse_dotenv(environment, SHELL.get).problems


def latest_snapshot(stack: Stack) -> tuple[int | None, Snapshot | None]:
    """The newest snapshot of the stack's host with its number, under the name that the users gave the host."""
    newest = _newest(stack)
    return (None, None) if newest is None else (newest.number, _snapshot(newest))


def _newest(stack: Stack) -> _Newest | None:
    if stack.host is None:
        return None
    kept = HostSnapshot.objects.filter(host=stack.host).order_by("-pk").values_list("pk", "created_at").first()
    return None if kept is None else _Newest(*kept, stack.host.name)


@lru_cache(maxsize=32)
def _snapshot(newest: _Newest) -> Snapshot | None:
    text = HostSnapshot.objects.values_list("document", flat=True).get(pk=newest.number)
    try:
        return replace(from_json(text), hostname=newest.host_name)
    except SnapshotError:  # written by a later version of the product: then the host layer says "not checked"
        logger.warning("snapshot %s of %s cannot be read", newest.number, newest.host_name)
        return None


def stack_index(*, stack: Stack) -> None:
    """Keep what a check of the saved stack finds, and what its document holds, for lists and search.

    An empty text counts as not checked. While the text cannot be read, the services of before stay. A fault of the
    engine is logged and leaves the stack marked as not checked: it never keeps anyone from saving.
    """
    try:
        analysis = stack_analyse(stack=stack)
    except Exception:
        logger.exception("stack %s could not be checked", stack.pk)
        _keep_outcome(stack, None)
        return
    is_blank = not stack.document.strip()
    with transaction.atomic():
        if analysis.report.document.is_complete or is_blank:
            _index_services(stack, analysis.report)
        _keep_outcome(stack, None if is_blank else analysis)


def stacks_index(stacks: Iterable[Stack]) -> None:
    """Index stacks again, for what they are checked against has changed."""
    for stack in stacks:
        stack_index(stack=stack)


def _keep_outcome(stack: Stack, analysis: Analysis | None) -> None:
    stack.checked_at = timezone.now() if analysis else None
    stack.checked_snapshot_id = analysis.snapshot_id if analysis and _host_was_checked(analysis.report) else None
    stack.error_count = analysis.errors if analysis else None
    stack.warning_count = analysis.report.warnings if analysis else None
    Stack.objects.filter(pk=stack.pk).update(
        checked_at=stack.checked_at,
        checked_snapshot=stack.checked_snapshot_id,
        error_count=stack.error_count,
        warning_count=stack.warning_count,
    )


def _host_was_checked(report: Report) -> bool:
    return any(run.ran for run in report.layers if run.layer is Layer.HOST)


def _index_services(stack: Stack, report: Report) -> None:
    stack.services.all().delete()
    services = report.document.services
    rows = ServiceIndex.objects.bulk_create(
        ServiceIndex(
            stack=stack,
            position=position,
            name=_kept(service.name, 255),
            image=_kept(service.image.string if service.image else "", 512),
        )
        for position, service in enumerate(services)
    )
    by_name = {service.name: row for service, row in zip(services, rows, strict=True)}
    claims = allocate(report.document, None).claims
    GpuClaim.objects.bulk_create(_claim_row(by_name[claim.service.name], claim) for claim in claims)


def _claim_row(row: ServiceIndex, claim: Claim) -> GpuClaim:
    return GpuClaim(
        service=row,
        kind=_KINDS[claim.kind],
        count=max(0, min(claim.count, LARGEST_COUNT)) if claim.kind is ClaimKind.COUNT else None,
        device_ids=[_kept(identifier.text, 512) for identifier in claim.identifiers],
    )


def _kept(text: str, length: int) -> str:
    """Text as a database column takes it: no NUL, which PostgreSQL refuses, and not too long."""
    return text.replace("\x00", "\N{REPLACEMENT CHARACTER}")[:length]
