"""The addresses of the pages. What belongs to one stack begins with `stacks/<pk>/`, so that one test covers access."""

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView
from django.templatetags.static import static
from django.urls import path, reverse_lazy
from django.views.generic import RedirectView

from stacks.views import (
    health,
    host_new,
    host_pages,
    rules,
    stack_draft,
    stack_editor,
    stack_history,
    stack_list,
    stack_new,
    stack_settings,
    template_pages,
    theme,
)

urlpatterns = [
    path("", stack_list.stack_list, name="stack-list"),
    path("stacks/new/", stack_new.stack_new, name="stack-new"),
    path("stacks/new/yaml/", stack_new.stack_new_from_text, name="stack-new-text"),
    path("stacks/new/blank/", stack_new.stack_new_blank, name="stack-new-blank"),
    path("stacks/deleted/", stack_list.stack_deleted, name="stack-deleted"),
    path("stacks/<int:pk>/", stack_editor.stack_editor, name="stack-editor"),
    path("stacks/<int:pk>/live/", stack_editor.stack_live, name="stack-live"),
    path("stacks/<int:pk>/edit/", stack_editor.stack_edit, name="stack-edit"),
    path("stacks/<int:pk>/text/", stack_draft.stack_text, name="stack-text"),
    path("stacks/<int:pk>/save/", stack_draft.stack_save, name="stack-save"),
    path("stacks/<int:pk>/conflict/", stack_draft.stack_conflict, name="stack-conflict"),
    path("stacks/<int:pk>/history/", stack_history.stack_history, name="stack-history"),
    path("stacks/<int:pk>/history/keep/", stack_history.stack_keep_version, name="stack-keep-version"),
    path("stacks/<int:pk>/history/<int:number>/", stack_history.stack_revision, name="stack-revision"),
    path("stacks/<int:pk>/history/<int:number>/restore/", stack_history.stack_restore, name="stack-restore"),
    path("stacks/<int:pk>/history/<int:number>/file/", stack_history.stack_revision_file, name="stack-revision-file"),
    path("stacks/<int:pk>/settings/", stack_settings.stack_settings, name="stack-settings"),
    path("stacks/<int:pk>/duplicate/", stack_settings.stack_copy, name="stack-duplicate"),
    path("stacks/<int:pk>/delete/", stack_settings.stack_remove, name="stack-delete"),
    path("stacks/<int:pk>/undelete/", stack_settings.stack_bring_back, name="stack-undelete"),
    path("stacks/<int:pk>/template/", template_pages.template_from_stack, name="stack-save-as-template"),
    path("templates/", template_pages.template_list, name="template-list"),
    path("templates/<slug:slug>/", template_pages.template_page, name="template-page"),
    path("templates/<slug:slug>/edit/", template_pages.template_edit, name="template-edit"),
    path("templates/<slug:slug>/delete/", template_pages.template_remove, name="template-delete"),
    path("hosts/", host_pages.host_list, name="host-list"),
    path("hosts/new/", host_new.host_new, name="host-new"),
    path("hosts/new/detect/", host_new.host_new_detected, name="host-new-detect"),
    path("hosts/new/read/", host_new.host_new_read, name="host-new-read"),
    path("hosts/new/describe/", host_new.host_new_described, name="host-new-describe"),
    path("hosts/<int:pk>/", host_pages.host_page, name="host-page"),
    path("hosts/<int:pk>/update/", host_pages.host_update, name="host-update"),
    path("hosts/<int:pk>/settings/", host_pages.host_settings, name="host-settings"),
    path("hosts/<int:pk>/delete/", host_pages.host_remove, name="host-delete"),
    path("rules/", rules.rule_list, name="rule-list"),
    path("rules/<slug:code>/", rules.rule_explained, name="rule-page"),
    path("theme/", theme.choose_theme, name="choose-theme"),
    path("favicon.ico", login_not_required(RedirectView.as_view(url=static("img/favicon.svg"))), name="favicon"),
    path("health/", health.health, name="health"),
    path("login/", LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("logout/", login_not_required(LogoutView.as_view()), name="logout"),
    path(
        "password/",
        PasswordChangeView.as_view(template_name="registration/password.html", success_url=reverse_lazy("stack-list")),
        name="password-change",
    ),
]
