"""Who sees and who changes what: the only place that decides it.

What a user may not see does not exist for them: views look things up through these querysets and answer 404.
"""

from typing import TypeVar

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Prefetch, Q, QuerySet
from django.shortcuts import get_object_or_404

from stacks.models import Host, HostSnapshot, Owned, Stack, Template, Visibility

User = AbstractBaseUser | AnonymousUser
Thing = TypeVar("Thing", bound=Owned)


def visible_to(things: QuerySet[Thing], user: User) -> QuerySet[Thing]:
    """The things that a user may read: their own, and those shared with everyone signed in."""
    return things.filter(Q(owner=user.pk) | Q(visibility=Visibility.SHARED)) if user.is_authenticated else things.none()


def editable_by(things: QuerySet[Thing], user: User) -> QuerySet[Thing]:
    """The things that a user may change: their own."""
    return things.filter(owner=user.pk) if user.is_authenticated else things.none()


def may_edit(thing: Owned, user: User) -> bool:
    return user.is_authenticated and thing.owner_id is not None and thing.owner_id == user.pk


def stacks_of(user: User) -> QuerySet[Stack]:
    """The stacks that a user works on, without the deleted ones."""
    return editable_by(Stack.objects.filter(deleted_at=None), user).select_related(
        "host", "owner", "template_of_origin"
    )


def stack_for(user: User, pk: int) -> Stack:
    """One of the user's stacks; Http404 for another user's, a deleted one, and one that never was."""
    return get_object_or_404(stacks_of(user), pk=pk)


def hosts_of(user: User) -> QuerySet[Host]:
    """Hosts with their GPUs and snapshots, the newest first; the long text of a snapshot is read when it is used."""
    snapshots = Prefetch("snapshots", HostSnapshot.objects.defer("document"))
    return (
        visible_to(Host.objects.filter(deleted_at=None), user)
        .select_related("owner")
        .prefetch_related(snapshots, "gpus")
    )


def own_hosts(user: User) -> QuerySet[Host]:
    """The hosts that a user may change, without the deleted ones."""
    return editable_by(Host.objects.filter(deleted_at=None), user)


def own_templates(user: User) -> QuerySet[Template]:
    """The templates that a user may change, without the deleted ones."""
    return editable_by(Template.objects.filter(deleted_at=None), user)


def templates_of(user: User) -> QuerySet[Template]:
    return visible_to(Template.objects.filter(deleted_at=None), user).select_related("owner")
