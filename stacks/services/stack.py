"""What users do with stacks. Texts are saved with a version check: whoever saves later never overwrites unseen text."""

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from stacks.models import Host, Stack, Template
from stacks.services.access import stacks_of
from stacks.services.analysis import stack_index
from stacks.services.revision import draft_keep, revision_create
from stacks.services.texts import clean_name

UNTITLED = "Untitled stack"


class StackConflict(Exception):  # noqa: N818  (what happened, not an error of anyone)
    """Somebody saved the stack since the text was loaded; `current` is the stack as it is now."""

    def __init__(self, current: Stack) -> None:
        super().__init__(f"the stack is at version {current.version} by now")
        self.current = current


def stack_create(
    *,
    user: User,
    name: str,
    document: str,
    environment: str = "",
    host: Host | None = None,
    template: Template | None = None,
    message: str = "Created",
) -> Stack:
    """Make a stack from texts that were checked by `services.texts`; its first revision is what it began with."""
    with transaction.atomic():
        stack = Stack.objects.create(
            owner=user,
            name=clean_name(name, default=UNTITLED),
            host=host,
            document=document,
            environment=environment,
            template_of_origin=template,
        )
        revision_create(stack=stack, user=user, message=message)
    stack_index(stack=stack)
    return stack


def stack_save_draft(*, stack: Stack, document: str, environment: str, expected_version: int, user: User) -> Stack:
    """Save the draft if nobody saved since `expected_version`; the stack as saved.

    Raises StackConflict, with nothing changed, when somebody did and left other texts than these.
    """
    if (stack.version, stack.document, stack.environment) == (expected_version, document, environment):
        return stack
    # One conditional UPDATE, so that the check and the write cannot be parted by another writer.
    saved = (
        stacks_of(user)
        .filter(pk=stack.pk, version=expected_version)
        .update(document=document, environment=environment, version=F("version") + 1, updated_at=timezone.now())
    )
    current = Stack.objects.select_related("host", "owner").get(pk=stack.pk)
    if not saved and (current.document, current.environment) != (document, environment):
        raise StackConflict(current)
    if saved:
        stack_index(stack=current)
    return current


def stack_resolve_with_mine(
    *, stack: Stack, document: str, environment: str, expected_version: int, user: User
) -> Stack:
    """Settle a conflict for the user's own text; the other one is kept as a revision first.

    `expected_version` is the version that the user saw beside their own; StackConflict when there is a newer one.
    """
    with transaction.atomic():
        current = Stack.objects.select_for_update().get(pk=stack.pk)
        if current.version != expected_version:
            raise StackConflict(current)
        draft_keep(stack=current, user=user, message="Replaced when two saves met")
        return stack_save_draft(
            stack=current, document=document, environment=environment, expected_version=expected_version, user=user
        )


def stack_resolve_with_theirs(*, stack: Stack, document: str, environment: str, user: User) -> None:
    """Settle a conflict for the text that is saved; the user's own is kept as a revision, the draft stays."""
    if (stack.document, stack.environment) != (document, environment):
        revision_create(
            stack=stack, user=user, message="Not used when two saves met", document=document, environment=environment
        )


def stack_update_settings(*, stack: Stack, name: str, host: Host | None) -> Stack:
    """Rename the stack and choose the host that it is checked against (None: the host layer is not checked)."""
    stack.name = clean_name(name, default=UNTITLED)
    stack.host = host
    stack.save(update_fields=["name", "host", "updated_at"])
    stack_index(stack=stack)
    return stack


def stack_duplicate(*, stack: Stack, user: User) -> Stack:
    """A copy of the draft under its own name, without the history."""
    return stack_create(
        user=user,
        name=clean_name(f"{stack.name[:110]} (copy)", default=UNTITLED),
        document=stack.document,
        environment=stack.environment,
        host=stack.host,
        template=stack.template_of_origin,
        message=f"Copied from {stack.name}"[:240],
    )


def stack_delete(*, stack: Stack) -> None:
    """Take the stack out of every list; `stack_undelete` brings it back whole."""
    stack.deleted_at = timezone.now()
    stack.save(update_fields=["deleted_at"])


def stack_undelete(*, stack: Stack) -> None:
    stack.deleted_at = None
    stack.save(update_fields=["deleted_at"])
