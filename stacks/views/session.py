"""What happens to background requests of a page whose session has ended."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django_htmx.middleware import HtmxDetails


class SignedOutMiddleware:
    """Answers HTMX requests 401 where a page request would be sent to the login page.

    Following that redirect would swap the login page into the middle of the user's work and lose what they typed.
    `static/js/page.js` shows a notice with a link instead.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 302 and is_fragment_request(request):
            login = resolve_url("login")
            if response.headers["Location"].split("?")[0] == login:
                return HttpResponse("signed out", status=401, content_type="text/plain")
        return response


def is_fragment_request(request: HttpRequest) -> bool:
    """Whether HTMX asks for a part of a page: not for boosted links nor for restoring history."""
    htmx: HtmxDetails | None = getattr(request, "htmx", None)
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request  # type: ignore[union-attr]
