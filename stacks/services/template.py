"""Templates: made from stacks, shared with the team, and stacks made from them."""

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone

from stacks.models import Host, Stack, Template, Visibility
from stacks.services.parameters import with_values
from stacks.services.stack import stack_create
from stacks.services.texts import clean_name, file_stem

STARTER_SLUG = "starter-"
"""What the addresses of starters begin with; those of the team's own templates never do."""


def template_create_from_stack(
    *,
    stack: Stack,
    user: User,
    title: str,
    description: str,
    visibility: str,
    gpus_needed: int | None = None,
    vram_gib_needed: int | None = None,
    port: int | None = None,
) -> Template:
    """Save a stack's draft as a template; later changes of the stack do not change it."""
    title = clean_name(title, default=stack.name)
    template = Template(
        owner=user,
        title=title,
        description=description,
        document=stack.document,
        environment=stack.environment,
        visibility=visibility,
        gpus_needed=gpus_needed,
        vram_gib_needed=vram_gib_needed,
        port=port,
    )
    stem = file_stem(title, default="template").removeprefix(STARTER_SLUG)
    return _save_under_free_slug(template, stem)


def _save_under_free_slug(template: Template, stem: str) -> Template:
    for number in range(1, 1000):
        template.slug = stem if number == 1 else f"{stem}-{number}"
        if Template.objects.filter(slug=template.slug).exists():
            continue
        try:
            with transaction.atomic():
                template.save()
        except IntegrityError:  # another request took the slug between the look and the save
            continue
        return template
    raise RuntimeError(f"no free address for a template named {stem!r}")


def template_update(*, template: Template, title: str, description: str, visibility: str) -> Template:
    """Change what people read about a template; its address and its text stay."""
    template.title = clean_name(title, default=template.title)
    template.description = description
    template.visibility = Visibility(visibility)
    template.save(update_fields=["title", "description", "visibility", "updated_at"])
    return template


def template_delete(*, template: Template) -> None:
    """Take a template out of every list; stacks made from it stay as they are. `template_undelete` brings it back."""
    template.deleted_at = timezone.now()
    template.save(update_fields=["deleted_at"])


def template_undelete(*, template: Template) -> None:
    template.deleted_at = None
    template.save(update_fields=["deleted_at"])


def stack_create_from_template(
    *, template: Template, user: User, name: str, values: dict[str, str], host: Host | None = None
) -> Stack:
    """Make a stack from a template; the values of its parameters go into the stack's .env text."""
    return stack_create(
        user=user,
        name=name or template.title,
        document=template.document,
        environment=with_values(template.environment, values),
        host=host,
        template=template,
        message=f"From the template {template.title}"[:240],
    )
