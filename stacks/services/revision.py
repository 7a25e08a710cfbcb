"""Revisions of a stack: versions kept on purpose, with who, when and why."""

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from stacks.models import Stack, StackRevision
from stacks.services.analysis import stack_index


def revision_create(
    *, stack: Stack, user: User, message: str = "", document: str | None = None, environment: str | None = None
) -> StackRevision:
    """Keep the stack's draft, or the texts given, as its next revision."""
    with transaction.atomic():
        # The lock on the stack's row makes two who save at once take two numbers.
        locked = Stack.objects.select_for_update().get(pk=stack.pk)
        last = locked.revisions.aggregate(last=Max("number"))["last"] or 0
        return StackRevision.objects.create(
            stack=locked,
            number=last + 1,
            document=locked.document if document is None else document,
            environment=locked.environment if environment is None else environment,
            author=user,
            message=" ".join(message.split())[:240],
        )


def draft_is_kept(stack: Stack) -> bool:
    """Whether the newest revision holds the draft's very texts."""
    newest = stack.revisions.first()
    return newest is not None and (newest.document, newest.environment) == (stack.document, stack.environment)


def draft_keep(*, stack: Stack, user: User, message: str) -> StackRevision | None:
    """Keep the draft as a revision unless the newest one already holds it; for use before it is replaced."""
    return None if draft_is_kept(stack) else revision_create(stack=stack, user=user, message=message)


def revision_restore(*, stack: Stack, revision: StackRevision, user: User) -> StackRevision:
    """Make a revision's texts the draft again; the draft of before is kept as a revision first."""
    with transaction.atomic():
        locked = Stack.objects.select_for_update().get(pk=stack.pk)
        draft_keep(stack=locked, user=user, message=f"Draft before version {revision.number} was restored")
        locked.document = revision.document
        locked.environment = revision.environment
        locked.version += 1
        locked.updated_at = timezone.now()
        locked.save(update_fields=["document", "environment", "version", "updated_at"])
        restored = revision_create(stack=locked, user=user, message=f"Restored version {revision.number}")
    stack_index(stack=locked)
    return restored
