"""A stack's settings, and the acts on a stack as a whole: duplicate, delete, bring back."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from stacks.forms.fields import status_of
from stacks.forms.stacks import SettingsForm
from stacks.models import Stack
from stacks.services.access import editable_by, stack_for
from stacks.services.stack import stack_delete, stack_duplicate, stack_undelete, stack_update_settings
from stacks.views.rendering import render_page
from stacks.views.request import UserRequest


@require_http_methods(["GET", "POST"])
def stack_settings(request: UserRequest, pk: int) -> HttpResponse:
    stack = stack_for(request.user, pk)
    if request.method != "POST":
        form = SettingsForm(user=request.user, initial={"name": stack.name, "host": stack.host_id})
        return render_page(request, "stacks/settings.html", {"stack": stack, "form": form})
    form = SettingsForm(request.POST, user=request.user)
    if not form.is_valid():
        context = {"stack": stack, "form": form}
        return render_page(request, "stacks/settings.html", context, status=status_of(form))
    stack_update_settings(stack=stack, name=form.cleaned_data["name"], host=form.cleaned_data["host"])
    messages.success(request, "Saved the settings.")
    return redirect("stack-settings", pk)


@require_POST
def stack_copy(request: UserRequest, pk: int) -> HttpResponse:
    copy = stack_duplicate(stack=stack_for(request.user, pk), user=request.user)
    messages.success(request, f"Made the stack “{copy.name}”.")
    return redirect(copy)


@require_POST
def stack_remove(request: UserRequest, pk: int) -> HttpResponse:
    """Delete the stack; the message on the next page holds the undo."""
    stack = stack_for(request.user, pk)
    stack_delete(stack=stack)
    messages.info(request, f"Deleted “{stack.name}”.", extra_tags=f"undo:{reverse('stack-undelete', args=[pk])}")
    return redirect("stack-list")


@require_POST
def stack_bring_back(request: UserRequest, pk: int) -> HttpResponse:
    deleted = editable_by(Stack.objects.exclude(deleted_at=None), request.user)
    stack = get_object_or_404(deleted, pk=pk)
    stack_undelete(stack=stack)
    messages.success(request, f"“{stack.name}” is back.")
    return redirect(stack)
