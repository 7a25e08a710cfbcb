"""A new stack: from a template, from YAML, from nothing; the three doors side by side."""

from pathlib import PurePath

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods

from stacks.forms.fields import status_of
from stacks.forms.stacks import BlankForm, FromTextForm
from stacks.models import Stack
from stacks.services.access import templates_of
from stacks.services.blank import blank_document
from stacks.services.stack import stack_create
from stacks.views.rendering import render_page
from stacks.views.request import UserRequest


@require_GET
def stack_new(request: UserRequest) -> HttpResponse:
    return _doors(request)


@require_http_methods(["GET", "POST"])
def stack_new_from_text(request: UserRequest) -> HttpResponse:
    """Make a stack from pasted or uploaded YAML; what does not parse is kept all the same, and mended in the editor."""
    if request.method != "POST":
        return redirect("stack-new")
    form = FromTextForm(request.POST, request.FILES, user=request.user)
    if not form.is_valid():
        return _doors(request, text_form=form, status=status_of(form))
    upload = request.FILES.get("upload")
    stem = PurePath((upload.name or "").replace("\\", "/")).stem if upload else ""
    stack = stack_create(
        user=request.user,
        name=form.cleaned_data["name"] or stem,
        document=form.cleaned_data["text"],
        environment=form.cleaned_data["environment"],
        host=form.cleaned_data["host"],
        message="Uploaded" if upload else "Pasted",
    )
    return _created(request, stack)


@require_http_methods(["GET", "POST"])
def stack_new_blank(request: UserRequest) -> HttpResponse:
    """Make a stack with the one service that the form describes."""
    if request.method != "POST":
        return redirect("stack-new")
    form = BlankForm(request.POST, user=request.user)
    if not form.is_valid():
        return _doors(request, blank_form=form, status=status_of(form))
    given = form.cleaned_data
    stack = stack_create(
        user=request.user,
        name=given["name"] or given["service"],
        document=blank_document(service=given["service"], image=given["image"], gpus=given["gpus"]),
        host=given["host"],
    )
    return _created(request, stack)


def _created(request: UserRequest, stack: Stack) -> HttpResponse:
    messages.success(request, f"Made the stack “{stack.name}”.")
    return redirect(stack)


def _doors(
    request: UserRequest,
    *,
    text_form: forms.Form | None = None,
    blank_form: forms.Form | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "text_form": text_form or FromTextForm(user=request.user),
        "blank_form": blank_form or BlankForm(user=request.user),
        "templates": templates_of(request.user)[:6],
    }
    return render_page(request, "stacks/new.html", context, status=status)
