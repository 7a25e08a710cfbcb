"""Light or dark: the system's choice unless the user made another, remembered in a cookie."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

COOKIE = "theme"
CHOICES = ("light", "dark")
ONE_YEAR = 365 * 24 * 3600


def theme(request: HttpRequest) -> dict[str, str]:
    """Template context: `theme` is `light`, `dark`, or empty for the system's choice."""
    choice = request.COOKIES.get(COOKIE, "")
    return {"theme": choice if choice in CHOICES else ""}


@login_not_required
@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Remember the choice and go back to the page it was made on."""
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = "/"
    response = HttpResponseRedirect(back)
    choice = request.POST.get("theme", "")
    if choice in CHOICES:
        response.set_cookie(COOKIE, choice, max_age=ONE_YEAR, httponly=True, samesite="Lax")
    else:
        response.delete_cookie(COOKIE)
    return response
