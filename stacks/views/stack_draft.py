"""The two texts of a stack as plain text boxes, saving them, and what happens when two saves meet.

It works without JavaScript; the editor page posts its drafts to the same address.
"""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_POST

from stacks.forms.fields import status_of
from stacks.forms.stacks import DraftForm
from stacks.models import Stack
from stacks.services.access import stack_for
from stacks.services.difference import compare
from stacks.services.stack import (
    StackConflict,
    stack_resolve_with_mine,
    stack_resolve_with_theirs,
    stack_save_draft,
)
from stacks.views.rendering import render_page
from stacks.views.request import UserRequest


@cache_control(no_store=True)
@require_GET
def stack_text(request: UserRequest, pk: int) -> HttpResponse:
    """The texts in plain boxes."""
    return _text_page(request, stack_for(request.user, pk))


@cache_control(no_store=True)
@require_POST
def stack_save(request: UserRequest, pk: int) -> HttpResponse:
    """Save the draft. 409 with both texts when somebody else saved meanwhile; 400, 413 or 422 for texts refused.

    For HTMX the answer is `stacks/_saved.html` (the new version), `stacks/_conflict.html` or `stacks/_refused.html`.
    """
    stack = stack_for(request.user, pk)
    form = DraftForm(request.POST, stack=stack)
    if not form.is_valid():
        context = {"stack": stack, "form": form}
        return render_page(
            request, "stacks/text.html", context, fragment="stacks/_refused.html", status=status_of(form)
        )
    try:
        saved = stack_save_draft(stack=stack, expected_version=form.cleaned_data["version"], **_texts(request, form))
    except StackConflict as conflict:
        return conflict_page(request, conflict.current, form)
    if request.htmx:
        return render_page(request, "stacks/_saved.html", {"stack": saved})
    messages.success(request, "Saved.")
    return redirect("stack-text", pk)


@cache_control(no_store=True)
@require_POST
def stack_conflict(request: UserRequest, pk: int) -> HttpResponse:
    """Settle a conflict: `choice` is `mine` or `theirs`; the text not chosen becomes a version in the history."""
    stack = stack_for(request.user, pk)
    form = DraftForm(request.POST, stack=stack)
    if not form.is_valid():
        return render_page(request, "stacks/text.html", {"stack": stack, "form": form}, status=status_of(form))
    if request.POST.get("choice") == "theirs":
        stack_resolve_with_theirs(stack=stack, **_texts(request, form))
        messages.success(request, "Kept the saved text. Yours is in the history.")
        return redirect(stack)
    try:
        stack_resolve_with_mine(stack=stack, expected_version=form.cleaned_data["version"], **_texts(request, form))
    except StackConflict as conflict:
        return conflict_page(request, conflict.current, form)
    messages.success(request, "Saved your text. The other one is in the history.")
    return redirect(stack)


def _texts(request: UserRequest, form: DraftForm) -> dict[str, Any]:
    given = form.cleaned_data
    return {"document": given["document"], "environment": given["environment"], "user": request.user}


def _text_page(request: UserRequest, stack: Stack) -> HttpResponse:
    initial = {"document": stack.document, "environment": stack.environment, "version": stack.version}
    form = DraftForm(initial=initial, stack=stack)
    return render_page(request, "stacks/text.html", {"stack": stack, "form": form})


def conflict_page(request: UserRequest, current: Stack, form: DraftForm) -> HttpResponse:
    """409: the saved text and the one that was to be saved, with their difference and a choice."""
    document, environment = form.cleaned_data["document"], form.cleaned_data["environment"]
    context = {
        "stack": current,
        "document": document,
        "environment": environment,
        "difference": compare(current.document, document),
        "environment_difference": compare(current.environment, environment),
    }
    return render_page(request, "stacks/conflict.html", context, fragment="stacks/_conflict.html", status=409)
