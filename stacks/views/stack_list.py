"""The home page: the user's stacks, searched as they type, and those deleted lately."""

from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.http import HttpResponse
from django.views.decorators.http import require_GET

from stacks.models import Host, HostSnapshot, ServiceIndex, Stack, Template
from stacks.services.access import editable_by, stacks_of
from stacks.views.rendering import render_page, search_words
from stacks.views.request import UserRequest


@require_GET
def stack_list(request: UserRequest) -> HttpResponse:
    """All stacks, or those whose name, host, services or images contain the words of `?q=`."""
    query = search_words(request)
    stacks = stacks_of(request.user).defer("document", "environment")
    newest = HostSnapshot.objects.filter(host=OuterRef("host")).order_by("-pk")
    found = (
        _search(stacks, query)
        .select_related("checked_snapshot")
        .annotate(newest_snapshot=Subquery(newest.values("pk")[:1]))
        .prefetch_related(Prefetch("services", ServiceIndex.objects.prefetch_related("gpu_claims")))
    )
    context = {"query": query, "stacks": found, "total": stacks.count()}
    return render_page(request, "stacks/list.html", context, fragment="stacks/_list.html")


def _search(stacks: QuerySet[Stack], query: str) -> QuerySet[Stack]:
    for word in query.split()[:8]:
        stacks = stacks.filter(
            Q(name__icontains=word)
            | Q(host__name__icontains=word)
            | Q(pk__in=ServiceIndex.objects.filter(Q(name__icontains=word) | Q(image__icontains=word)).values("stack"))
        )
    return stacks


@require_GET
def stack_deleted(request: UserRequest) -> HttpResponse:
    """Deleted stacks, hosts and templates, each with the button that brings it back."""
    deleted = editable_by(Stack.objects.exclude(deleted_at=None), request.user)
    stacks = deleted.annotate(versions=Count("revisions")).order_by("-deleted_at")
    hosts = editable_by(Host.objects.exclude(deleted_at=None), request.user).order_by("-deleted_at")
    templates = editable_by(Template.objects.exclude(deleted_at=None), request.user).order_by("-deleted_at")
    return render_page(request, "stacks/deleted.html", {"stacks": stacks, "hosts": hosts, "templates": templates})
