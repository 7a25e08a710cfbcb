"""All addresses; the pages themselves are in `stacks.urls`."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("stacks.urls")),
]

handler400 = "stacks.views.failures.bad_request"
handler403 = "stacks.views.failures.forbidden"
handler404 = "stacks.views.failures.not_found"
handler500 = "stacks.views.failures.server_error"
