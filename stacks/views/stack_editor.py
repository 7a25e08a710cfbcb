"""The editor: the page, its live answers, and the acts of its buttons and fields.

Every act comes as one form post with the texts in it. HTMX gets the parts of the page that an act changes, with the new
text; a browser without scripts gets its draft saved and the page again.
"""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_POST

from stacks.forms.fields import status_of
from stacks.forms.stacks import DraftForm, VersionForm
from stacks.models import Stack
from stacks.services.access import hosts_of, stack_for
from stacks.services.analysis import environment_values, latest_snapshot
from stacks.services.editor import Outcome, act_on
from stacks.services.editor_gpus import Pin
from stacks.services.editor_page import Answer, Looking, editor_context
from stacks.services.revision import revision_create
from stacks.services.stack import StackConflict, stack_save_draft, stack_update_settings
from stacks.views.rendering import render_page
from stacks.views.request import UserRequest
from stacks.views.session import is_fragment_request
from stacks.views.stack_draft import conflict_page

PAGE_ACTS = ("save", "keep", "host", "select", "view", "fields")
"""The acts that leave the text as the fields make it."""


@cache_control(no_store=True)
@require_GET
def stack_editor(request: UserRequest, pk: int) -> HttpResponse:
    """The page of a stack; `?service=` opens a card, `?at=` a diagnostic, `?pin=` names GPUs by index or UUID."""
    stack = stack_for(request.user, pk)
    looking = Looking(request.GET.get("service"), (), request.GET.get("at", ""), _pin(request.GET), is_new=True)
    return _page(request, stack, stack.document, stack.environment, looking)


@cache_control(no_store=True)
@require_POST
def stack_live(request: UserRequest, pk: int) -> HttpResponse:
    """The panel, the forms and the board for the texts as they are being typed; nothing is saved."""
    stack = stack_for(request.user, pk)
    form = DraftForm(request.POST, stack=stack)
    if not form.is_valid():
        return _refused(request, stack, form)
    texts = form.cleaned_data["document"], form.cleaned_data["environment"]
    return _fragments(request, stack, *texts, _looking(request.POST))


@cache_control(no_store=True)
@require_POST
def stack_edit(request: UserRequest, pk: int) -> HttpResponse:
    """Do the act named by `do` with the fields sent; 422 with the reason at its field where something is refused."""
    stack = stack_for(request.user, pk)
    form = DraftForm(request.POST, stack=stack)
    if not form.is_valid():
        return _refused(request, stack, form)
    act = request.POST.get("do", "save")
    document, environment = form.cleaned_data["document"], form.cleaned_data["environment"]
    if act == "host":
        _choose_host(request, stack)
    outcome = act_on(
        "" if act.partition(" ")[0] in PAGE_ACTS else act,
        {name: value for name, value in request.POST.items() if isinstance(value, str)},
        text=document,
        base=None if is_fragment_request(request) else stack.document,
        values=environment_values(environment),
        host=latest_snapshot(stack)[1],
        pin=_pin(request.POST) or Pin.INDEX,
    )
    looking = _looking(request.POST, act, outcome)
    answer = Answer(outcome.told, outcome.errors, request.POST.dict() if outcome.errors else {})
    status = 422 if outcome.errors else 200
    if is_fragment_request(request):
        return _fragments(request, stack, outcome.text, environment, looking, answer, text=outcome.text, status=status)
    if outcome.errors:
        return _page(request, stack, outcome.text, environment, looking, answer, status=status)
    return _save_and_show(request, stack, form, outcome, looking)


def _save_and_show(
    request: UserRequest, stack: Stack, form: DraftForm, outcome: Outcome, looking: Looking
) -> HttpResponse:
    """What an act means without scripts: the draft is saved, and the page shown again at the same place."""
    texts = {"document": outcome.text, "environment": form.cleaned_data["environment"]}
    try:
        saved = stack_save_draft(stack=stack, expected_version=form.cleaned_data["version"], user=request.user, **texts)
    except StackConflict as conflict:
        form.cleaned_data |= texts
        return conflict_page(request, conflict.current, form)
    act = request.POST.get("do", "save")
    if act == "keep":
        _keep_version(request, saved)
    elif outcome.told or act == "save":
        messages.success(request, outcome.told or "Saved.")
    place = {"service": looking.selected, "at": looking.active, "pin": looking.pin.value if looking.pin else None}
    query = urlencode({name: value for name, value in place.items() if value})
    return redirect(f"{reverse('stack-editor', args=[stack.pk])}{'?' if query else ''}{query}")


def _keep_version(request: UserRequest, stack: Stack) -> None:
    form = VersionForm({"message": request.POST.get("message", "")})
    if form.is_valid():
        revision = revision_create(stack=stack, user=request.user, message=form.cleaned_data["message"])
        messages.success(request, f"Kept version {revision.number}.")
    else:
        messages.error(request, "The draft is saved, but no version was kept: its message is too long.")


def _choose_host(request: UserRequest, stack: Stack) -> None:
    """The host named by `host`, or none; one that the user may not see is none."""
    chosen = request.POST.get("host", "")
    host = hosts_of(request.user).filter(pk=int(chosen)).first() if chosen.isdecimal() and len(chosen) < 18 else None
    if stack.host != host:
        stack_update_settings(stack=stack, name=stack.name, host=host)


def _looking(given: QueryDict, act: str = "", outcome: Outcome | None = None) -> Looking:
    verb, _, rest = act.partition(" ")
    selected = given.get("selected") or None
    active = given.get("active", "")
    if verb == "select":
        selected = rest
    elif verb == "view":
        active = rest
    elif verb in ("fix", "fix-all"):
        active = ""
    if outcome is not None and outcome.selected and verb not in ("select", "view"):
        selected = outcome.selected
    return Looking(selected, tuple(given.getlist("open")), active, _pin(given))


def _pin(given: QueryDict) -> Pin | None:
    chosen = given.get("pin", "")
    return Pin(chosen) if chosen in list(Pin) else None


def _page(
    request: UserRequest,
    stack: Stack,
    document: str,
    environment: str,
    looking: Looking,
    answer: Answer | None = None,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = editor_context(stack, document, environment, looking, answer)
    context["hosts"] = hosts_of(request.user)
    return render_page(request, "stacks/editor.html", context, status=status)


def _fragments(
    request: UserRequest,
    stack: Stack,
    document: str,
    environment: str,
    looking: Looking,
    answer: Answer | None = None,
    text: str | None = None,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = editor_context(stack, document, environment, looking, answer)
    context["live"] |= {"seq": request.POST.get("seq", "")[:20], "text": text, "version": stack.version}
    return render_page(request, "stacks/editor/_live.html", context, status=status)


def _refused(request: UserRequest, stack: Stack, form: DraftForm) -> HttpResponse:
    """Texts that nothing can keep: too long, or no text; what was typed stays where it was."""
    context = {"stack": stack, "form": form}
    return render_page(
        request, "stacks/text.html", context, fragment="stacks/editor/_refused.html", status=status_of(form)
    )
