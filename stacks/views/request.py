"""The request as views behind the login see it."""

from django.contrib.auth.models import User
from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails


class UserRequest(HttpRequest):
    """A request of somebody who is signed in: LoginRequiredMiddleware has seen to it."""

    user: User
    htmx: HtmxDetails
