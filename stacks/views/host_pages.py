"""Hosts: the list, one host with its GPUs and snapshots, newer snapshots, renaming and deleting."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from stacks.forms.fields import status_of
from stacks.forms.hosts import HostNameForm, ReadHostForm, refuse_taken_name
from stacks.models import Host
from stacks.services.access import editable_by, hosts_of, may_edit, own_hosts, stacks_of
from stacks.services.host import host_add_snapshot, host_delete, host_rename, host_undelete, snapshot_load
from stacks.services.host_facts import abilities, memory_bar, newest_cuda_words
from stacks.views.rendering import render_page
from stacks.views.request import UserRequest


@require_GET
def host_list(request: UserRequest) -> HttpResponse:
    return render_page(request, "hosts/list.html", {"hosts": hosts_of(request.user)})


@require_GET
def host_page(request: UserRequest, pk: int) -> HttpResponse:
    """A host by its newest snapshot, or by the one of `?snapshot=`."""
    host = get_object_or_404(hosts_of(request.user), pk=pk)
    wanted = request.GET.get("snapshot", "")
    kept = host.latest
    if wanted:
        kept = get_object_or_404(host.snapshots, pk=int(wanted) if wanted.isdecimal() and len(wanted) < 18 else -1)
    snapshot = snapshot_load(kept) if kept else None
    context = {
        "host": host,
        "kept": kept,
        "snapshot": snapshot,
        "cuda": newest_cuda_words(snapshot) if snapshot else "",
        "gpus": [(gpu, memory_bar(gpu)) for gpu in (snapshot.gpus if snapshot else None) or ()],
        "abilities": abilities(snapshot) if snapshot else (),
        "stacks": stacks_of(request.user).filter(host=host),
        "may_edit": may_edit(host, request.user),
    }
    return render_page(request, "hosts/page.html", context)


@require_http_methods(["GET", "POST"])
def host_update(request: UserRequest, pk: int) -> HttpResponse:
    """A newer snapshot from pasted or uploaded text; the earlier ones stay."""
    host = _own(request, pk)
    form = ReadHostForm(request.POST or None, request.FILES or None)
    del form.fields["name"]
    if request.method == "POST" and form.is_valid():
        host_add_snapshot(host=host, snapshot=form.snapshot)
        messages.success(request, f"“{host.name}” has a new snapshot.")
        return redirect(host)
    context = {"host": host, "form": form}
    return render_page(request, "hosts/update.html", context, status=status_of(form) if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def host_settings(request: UserRequest, pk: int) -> HttpResponse:
    """Rename the host, or go on to deleting it."""
    host = _own(request, pk)
    form = HostNameForm(request.POST if request.method == "POST" else None, initial={"name": host.name})
    is_free = form.is_valid() and not refuse_taken_name(form, request.user, form.cleaned_data["name"], but=host)
    if request.method == "POST" and is_free:
        host_rename(host=host, name=form.cleaned_data["name"])
        messages.success(request, "Saved the name.")
        return redirect(host)
    context = {"host": host, "form": form, "snapshot_count": host.snapshots.count(), "stack_count": host.stacks.count()}
    return render_page(request, "hosts/settings.html", context, status=status_of(form) if form.is_bound else 200)


@require_POST
def host_remove(request: UserRequest, pk: int) -> HttpResponse:
    """Delete the host; the message on the next page holds the undo."""
    host = _own(request, pk)
    host_delete(host=host)
    undo = f"undo:{reverse('host-undelete', args=[pk])}"
    messages.info(request, f"Deleted the host “{host.name}”.", extra_tags=undo)
    return redirect("host-list")


@require_POST
def host_bring_back(request: UserRequest, pk: int) -> HttpResponse:
    host = get_object_or_404(editable_by(Host.objects.exclude(deleted_at=None), request.user), pk=pk)
    host_undelete(host=host)
    messages.success(request, f"The host “{host.name}” is back.")
    return redirect(host)


def _own(request: UserRequest, pk: int) -> Host:
    return get_object_or_404(own_hosts(request.user), pk=pk)
