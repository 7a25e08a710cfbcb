"""The pages for what goes wrong, in the words of this product."""

from urllib.parse import urlsplit

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import requires_csrf_token

_NEVER_SHOWN = ("csrfmiddlewaretoken", "password")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form whose token is lost or old; what was typed is shown again, to be copied."""
    typed = [
        (name, value)
        for name, values in request.POST.lists()
        if not any(word in name for word in _NEVER_SHOWN)
        for value in values
        if value
    ]
    return render(request, "failures/csrf.html", {"typed": typed, "back": _page_before(request)}, status=403)


def _page_before(request: HttpRequest) -> str:
    """The path of the page with the form, as the browser names it; empty for none, and for a page of another site."""
    before = request.headers.get("referer", "")
    if not url_has_allowed_host_and_scheme(before, {request.get_host()}):
        return ""
    parts = urlsplit(before)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    # Checked again on its own: a path such as //example.org/ is another site as a link.
    return path if path.startswith("/") and url_has_allowed_host_and_scheme(path, None) else ""


@requires_csrf_token
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, or 413 where the request was too large to be read."""
    too_large = isinstance(exception, RequestDataTooBig)
    page = "failures/413.html" if too_large else "failures/400.html"
    # Rendered without the request's context: reading its user or form is what may have failed.
    return HttpResponse(render_to_string(page), status=413 if too_large else 400)


@requires_csrf_token
def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "failures/403.html", status=403)


@requires_csrf_token
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404; the same page for what never was and for what belongs to somebody else."""
    return render(request, "failures/404.html", status=404)


@requires_csrf_token
def server_error(request: HttpRequest) -> HttpResponse:
    return HttpResponse(render_to_string("failures/500.html"), status=500)
