"""A new host: detect this machine, bring what a tool printed, or describe it by hand."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from stacks.forms.fields import status_of
from stacks.forms.hosts import DescribeHostForm, ReadHostForm, refuse_taken_name
from stacks.models import Host
from stacks.services.access import may_edit, own_hosts
from stacks.services.host import host_add_snapshot, host_create, host_describe, host_detect, name_given
from stacks.views.rendering import render_page
from stacks.views.request import UserRequest


@require_GET
def host_new(request: UserRequest) -> HttpResponse:
    return _doors(request)


@require_POST
def host_new_detected(request: UserRequest) -> HttpResponse:
    """Read the machine that the server runs on; a host of that name gets a new snapshot instead of a twin."""
    host, is_new = host_detect(user=request.user)
    if is_new:
        return _created(request, host)
    return _renewed(request, host)


@require_http_methods(["GET", "POST"])
def host_new_read(request: UserRequest) -> HttpResponse:
    """Read a host from pasted or uploaded text."""
    if request.method != "POST":
        return redirect("host-new")
    form = ReadHostForm(request.POST, request.FILES)
    if not form.is_valid():
        return _doors(request, read_form=form, status=status_of(form))
    known = own_hosts(request.user).filter(pk=int(chosen)).first() if (chosen := _number(request, "to")) else None
    if known is not None:
        host_add_snapshot(host=known, snapshot=form.snapshot)
        return _renewed(request, known)
    name = name_given(form.cleaned_data["name"], form.snapshot)
    taken = refuse_taken_name(form, request.user, name)
    if taken is not None:
        own = taken if may_edit(taken, request.user) else None
        return _doors(request, read_form=form, taken=own, status=status_of(form))
    return _created(request, host_create(user=request.user, name=name, snapshot=form.snapshot))


@require_http_methods(["GET", "POST"])
def host_new_described(request: UserRequest) -> HttpResponse:
    """Describe a host that cannot be reached right now."""
    if request.method != "POST":
        return redirect("host-new")
    form = DescribeHostForm(request.POST)
    if not form.is_valid():
        return _doors(request, describe_form=form, status=status_of(form))
    if refuse_taken_name(form, request.user, form.cleaned_data["name"]):
        return _doors(request, describe_form=form, status=status_of(form))
    return _created(request, host_describe(user=request.user, **form.cleaned_data))


def _number(request: UserRequest, name: str) -> str:
    given = request.POST.get(name, "")
    return given if given.isascii() and given.isdigit() and len(given) < 18 else ""


def _renewed(request: UserRequest, host: Host) -> HttpResponse:
    messages.success(request, f"“{host.name}” has a new snapshot.")
    return redirect(host)


def _created(request: UserRequest, host: Host) -> HttpResponse:
    messages.success(request, f"Added the host “{host.name}”.")
    return redirect(host)


def _doors(
    request: UserRequest,
    *,
    read_form: forms.Form | None = None,
    describe_form: forms.Form | None = None,
    taken: Host | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "read_form": read_form or ReadHostForm(),
        "describe_form": describe_form or DescribeHostForm(),
        "taken": taken,
    }
    return render_page(request, "hosts/new.html", context, status=status)
