"""Django's admin site, for whoever runs the server: what exists, and whose it is."""

from django.contrib import admin

from stacks.models import Host, Stack, StackRevision, Template


@admin.register(Stack)
class StackAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "owner", "host", "version", "updated_at", "deleted_at")
    list_filter = ("owner", "deleted_at")
    search_fields = ("name", "document")
    readonly_fields = ("version", "checked_at", "checked_snapshot", "error_count", "warning_count")


@admin.register(StackRevision)
class StackRevisionAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("stack", "number", "author", "message", "created_at")
    readonly_fields = ("stack", "number", "document", "environment", "author", "message")

    def has_add_permission(self, request: object) -> bool:
        return False

    def has_change_permission(self, request: object, obj: object = None) -> bool:
        return False


@admin.register(Template)
class TemplateAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("title", "owner", "visibility", "starter", "deleted_at")
    list_filter = ("visibility", "starter")
    search_fields = ("title", "description")


@admin.register(Host)
class HostAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "owner", "visibility", "updated_at", "deleted_at")
    search_fields = ("name",)
