"""One way to answer: the page, or its fragment for HTMX, under one address."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from stacks.views.session import is_fragment_request


def search_words(request: HttpRequest) -> str:
    """The words of `?q=`, as databases take them: no NUL, and bounded, since a pattern too long is refused."""
    return " ".join(request.GET.get("q", "").replace("\x00", "")[:200].split())


def render_page(
    request: HttpRequest, page: str, context: dict[str, Any] | None = None, *, fragment: str = "", status: int = 200
) -> HttpResponse:
    """Render `page`, or `fragment` where one is named and HTMX asks for it; caches keep the two apart."""
    template = fragment if fragment and is_fragment_request(request) else page
    response = render(request, template, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response
