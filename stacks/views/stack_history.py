"""A stack's versions: the list, one of them with its difference, restoring and downloading."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET, require_POST

from stacks.forms.fields import status_of
from stacks.forms.stacks import VersionForm
from stacks.models import Stack, StackRevision
from stacks.services.access import stack_for
from stacks.services.difference import compare
from stacks.services.revision import draft_is_kept, revision_create, revision_restore
from stacks.services.texts import file_stem
from stacks.views.rendering import render_page
from stacks.views.request import UserRequest


@require_GET
def stack_history(request: UserRequest, pk: int) -> HttpResponse:
    return _history_page(request, stack_for(request.user, pk), VersionForm())


@require_POST
def stack_keep_version(request: UserRequest, pk: int) -> HttpResponse:
    """Keep the draft as a version, with a message."""
    stack = stack_for(request.user, pk)
    form = VersionForm(request.POST)
    if not form.is_valid():
        return _history_page(request, stack, form, status=status_of(form))
    revision = revision_create(stack=stack, user=request.user, message=form.cleaned_data["message"])
    messages.success(request, f"Kept version {revision.number}.")
    return redirect("stack-history", pk)


@require_GET
def stack_revision(request: UserRequest, pk: int, number: int) -> HttpResponse:
    """One version: what it changed against the one before, or with `?against=draft` against the draft."""
    stack, revision = _revision(request, pk, number)
    before = stack.revisions.filter(number__lt=number).first()
    against_draft = request.GET.get("against") == "draft"
    other = stack if against_draft else before
    old = (other.document, other.environment) if other else ("", "")
    new = (revision.document, revision.environment)
    context = {
        "stack": stack,
        "revision": revision,
        "before": before,
        "against_draft": against_draft,
        "difference": compare(old[0], new[0]),
        "environment_difference": compare(old[1], new[1]),
        "is_draft": new == (stack.document, stack.environment),
    }
    return render_page(request, "stacks/revision.html", context)


@require_POST
def stack_restore(request: UserRequest, pk: int, number: int) -> HttpResponse:
    """Make a version the draft again; the draft of before is kept as a version first."""
    stack, revision = _revision(request, pk, number)
    revision_restore(stack=stack, revision=revision, user=request.user)
    messages.success(request, f"Restored version {number}. The draft of before is in the history.")
    return redirect("stack-history", pk)


@require_GET
def stack_revision_file(request: UserRequest, pk: int, number: int) -> HttpResponse:
    """The version's Compose file, as it was typed."""
    stack, revision = _revision(request, pk, number)
    name = f"{file_stem(stack.name)}-version-{number}.yaml"
    response = HttpResponse(revision.document, content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _revision(request: UserRequest, pk: int, number: int) -> tuple[Stack, StackRevision]:
    stack = stack_for(request.user, pk)
    return stack, get_object_or_404(stack.revisions.select_related("author"), number=number)


def _history_page(request: UserRequest, stack: Stack, form: VersionForm, status: int = 200) -> HttpResponse:
    context = {
        "stack": stack,
        "form": form,
        "revisions": stack.revisions.select_related("author").defer("document", "environment"),
        "draft_is_kept": draft_is_kept(stack),
    }
    return render_page(request, "stacks/history.html", context, status=status)
