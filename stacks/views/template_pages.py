"""The gallery of templates, a template with its parameters, and saving a stack as one."""

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from stacks.forms.fields import status_of
from stacks.forms.templates import NewTemplateForm, ParametersForm, TemplateForm
from stacks.models import Template
from stacks.services.access import editable_by, hosts_of, may_edit, own_templates, stack_for, templates_of
from stacks.services.parameters import parameters_of
from stacks.services.template import (
    stack_create_from_template,
    template_create_from_stack,
    template_delete,
    template_undelete,
    template_update,
)
from stacks.services.template_fit import template_fit
from stacks.views.rendering import render_page, search_words
from stacks.views.request import UserRequest


@require_GET
def template_list(request: UserRequest) -> HttpResponse:
    """The starters and the team's own, or those with the words of `?q=`; with `?host=`, whether each runs there."""
    query = search_words(request)
    templates = templates_of(request.user).defer("environment")
    for word in query.split()[:8]:
        templates = templates.filter(
            Q(title__icontains=word) | Q(description__icontains=word) | Q(document__icontains=word)
        )
    hosts = hosts_of(request.user)
    host = next((host for host in hosts if str(host.pk) == request.GET.get("host")), None)
    context = {
        "query": query,
        "templates": [(template, template_fit(template, host) if host else None) for template in templates],
        "hosts": hosts,
        "host": host,
    }
    return render_page(request, "gallery/list.html", context, fragment="gallery/_list.html")


@require_http_methods(["GET", "POST"])
def template_page(request: UserRequest, slug: str) -> HttpResponse:
    """A template's text and parameters; a POST makes a stack from it."""
    template = get_object_or_404(templates_of(request.user), slug=slug)
    parameters = parameters_of(template.document, template.environment)
    context = {"template": template, "may_edit": may_edit(template, request.user)}
    if request.method != "POST":
        form = ParametersForm(parameters=parameters, user=request.user)
        return render_page(request, "gallery/page.html", {**context, "form": form})
    form = ParametersForm(request.POST, parameters=parameters, user=request.user)
    if not form.is_valid():
        return render_page(request, "gallery/page.html", {**context, "form": form}, status=status_of(form))
    stack = stack_create_from_template(
        template=template,
        user=request.user,
        name=form.cleaned_data["name"],
        values=form.values(),
        host=form.cleaned_data["host"],
    )
    messages.success(request, f"Made the stack “{stack.name}” from the template “{template.title}”.")
    return redirect(stack)


@require_http_methods(["GET", "POST"])
def template_from_stack(request: UserRequest, pk: int) -> HttpResponse:
    """Save a stack as a template."""
    stack = stack_for(request.user, pk)
    parameters = parameters_of(stack.document, stack.environment)
    context = {"stack": stack, "parameters": parameters}
    if request.method != "POST":
        form = NewTemplateForm(initial={"title": stack.name})
        return render_page(request, "gallery/new.html", {**context, "form": form})
    form = NewTemplateForm(request.POST)
    if not form.is_valid():
        return render_page(request, "gallery/new.html", {**context, "form": form}, status=status_of(form))
    template = template_create_from_stack(stack=stack, user=request.user, **form.cleaned_data)
    messages.success(request, f"Saved the template “{template.title}”.")
    return redirect(template)


@require_http_methods(["GET", "POST"])
def template_edit(request: UserRequest, slug: str) -> HttpResponse:
    template = get_object_or_404(own_templates(request.user), slug=slug)
    initial = {name: getattr(template, name) for name in ("title", "description", "visibility")}
    form = TemplateForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        template_update(template=template, **form.cleaned_data)
        messages.success(request, "Saved.")
        return redirect(template)
    context = {"template": template, "form": form, "stack_count": template.stacks.count()}
    return render_page(request, "gallery/edit.html", context, status=status_of(form) if form.is_bound else 200)


@require_POST
def template_remove(request: UserRequest, slug: str) -> HttpResponse:
    """Delete the template; the message on the next page holds the undo."""
    template = get_object_or_404(own_templates(request.user), slug=slug)
    template_delete(template=template)
    words = f"Deleted the template “{template.title}”. Stacks made from it stay as they are."
    messages.info(request, words, extra_tags=f"undo:{reverse('template-undelete', args=[slug])}")
    return redirect("template-list")


@require_POST
def template_bring_back(request: UserRequest, slug: str) -> HttpResponse:
    deleted = editable_by(Template.objects.exclude(deleted_at=None), request.user)
    template = get_object_or_404(deleted, slug=slug)
    template_undelete(template=template)
    messages.success(request, f"The template “{template.title}” is back.")
    return redirect(template)
