"""A stack's file for a host's tools: chosen, shown with its verdict, downloaded."""

from typing import Any

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_GET

from stacks.models import HostSnapshot, Stack
from stacks.renderers.registry import Dialect, Pin
from stacks.rules.findings import Severity
from stacks.services.access import stack_for
from stacks.services.editor_environment import in_words
from stacks.services.export import Exported, ExportError, StackExport
from stacks.services.export_run import running
from stacks.services.export_verdict import verdict
from stacks.services.highlighting import code_lines
from stacks.views.rendering import render_page
from stacks.views.request import UserRequest

SHOWN_LINES = 2000
SHOWN_FINDINGS = 100


@require_GET
def stack_export(request: UserRequest, pk: int) -> HttpResponse:
    """The file of `?to=` and `?pin=`; 422 with the choices kept where there is none."""
    stack = stack_for(request.user, pk)
    export = StackExport(stack)
    try:
        return _page(request, stack, export, export.make(*_chosen(request)))
    except ExportError as error:
        return _refusal(request, stack, export, error)


@require_GET
def stack_export_file(request: UserRequest, pk: int) -> HttpResponse:
    """The same file as a download."""
    stack = stack_for(request.user, pk)
    export = StackExport(stack)
    try:
        return _download(export.make(*_chosen(request)).text, "compose.yaml", "text/yaml")
    except ExportError as error:
        return _refusal(request, stack, export, error)


@require_GET
def stack_export_environment(request: UserRequest, pk: int) -> HttpResponse:
    """The `.env` that lies beside the file; 404 where the stack has none."""
    stack = stack_for(request.user, pk)
    if not stack.environment.strip():
        raise Http404
    return _download(stack.environment, ".env", "text/plain")


def _chosen(request: UserRequest) -> tuple[str, str]:
    return request.GET.get("to", Dialect.DOCUMENT), request.GET.get("pin", Pin.KEEP)


def _download(text: str, name: str, content_type: str) -> HttpResponse:
    response = HttpResponse(text, content_type=f"{content_type}; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _refusal(request: UserRequest, stack: Stack, export: StackExport, error: ExportError) -> HttpResponse:
    context = {"problem": str(error), **_choices(request, stack, export)}
    return render_page(request, "stacks/export.html", context, fragment="stacks/export/_result.html", status=422)


def _page(request: UserRequest, stack: Stack, export: StackExport, exported: Exported) -> HttpResponse:
    report = exported.report
    position = report.document.source.position
    lines = code_lines(exported.text, report.diagnostics)
    findings = sorted(report.diagnostics, key=lambda each: list(Severity).index(each.severity))
    context = {
        **_choices(request, stack, export),
        "exported": exported,
        "verdict": verdict(report, exported.snapshot, environment_is_broken=bool(exported.environment_problems)),
        "environment_faults": [in_words(problem) for problem in exported.environment_problems[:SHOWN_FINDINGS]],
        "kept": HostSnapshot.objects.defer("document").get(pk=exported.snapshot_id) if exported.snapshot_id else None,
        "findings": [(position(each.span.start).line, each) for each in findings[:SHOWN_FINDINGS]],
        "findings_left_out": max(0, len(report.diagnostics) - SHOWN_FINDINGS)
        + max(0, len(exported.environment_problems) - SHOWN_FINDINGS),
        "lines": lines[:SHOWN_LINES],
        "last_line": min(SHOWN_LINES, len(lines)),
        "line_count": len(lines),
        "run": running(report.document, exported.snapshot) if report.document.is_complete else None,
    }
    return render_page(request, "stacks/export.html", context, fragment="stacks/export/_result.html")


def _choices(request: UserRequest, stack: Stack, export: StackExport) -> dict[str, Any]:
    """The choices as iterators, since finding out what is possible takes time: a fragment does not show them."""
    dialect, pin = _chosen(request)
    return {
        "stack": stack,
        "export": export,
        "dialects": export.dialect_choices(dialect),
        "pins": export.pin_choices(dialect, pin),
    }
