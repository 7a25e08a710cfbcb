"""Forms of the stack pages."""

from typing import Any

from django import forms

from stacks.forms.fields import NameField, TextField, UploadField, as_error, image_reference, service_name
from stacks.models import Host, Stack
from stacks.services.access import User, hosts_of
from stacks.services.texts import DOCUMENT_LIMIT, ENVIRONMENT_LIMIT, TextError, require_text


class HostChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One of the hosts that the user sees, or none."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        kwargs.setdefault("label", "Host")
        kwargs.setdefault("empty_label", "None: do not check against a host")
        super().__init__(queryset=Host.objects.none(), **kwargs)

    def label_from_instance(self, obj: Host) -> str:
        return f"{obj.name} · {obj.gpus_in_words}"


class FromTextForm(forms.Form):
    """A stack from a Compose file, pasted or uploaded."""

    document = TextField(limit=DOCUMENT_LIMIT, noun="The Compose file", rows=12, label="Compose file", required=False)
    upload = UploadField(
        limit=DOCUMENT_LIMIT, noun="The uploaded file", label="or choose a file", help_text="UTF-8 text, up to 1 MiB."
    )
    environment = TextField(
        limit=ENVIRONMENT_LIMIT,
        noun="The .env text",
        rows=4,
        label="Values for .env",
        required=False,
        help_text="The lines of the .env file beside it.",
    )
    name = NameField(required=False, label="Name", help_text="You can rename it later.")
    host = HostChoice()

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["host"].queryset = hosts_of(user)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """An uploaded file goes before pasted text; one of the two must hold something."""
        cleaned: dict[str, Any] = super().clean() or {}
        if self.errors.keys() & {"document", "upload"}:
            return cleaned
        text, noun = cleaned.get("document", ""), "The Compose file"
        if cleaned.get("upload") is not None:
            text, noun = cleaned["upload"], "The uploaded file"
        try:
            cleaned["text"] = require_text(text, noun=noun)
        except TextError as problem:
            self.add_error("document" if noun == "The Compose file" else "upload", as_error(problem))
        return cleaned


class BlankForm(forms.Form):
    """A stack from nothing: its first service."""

    service = forms.CharField(max_length=63, initial="app", label="First service", validators=[service_name])
    image = forms.CharField(
        max_length=512, label="Image", validators=[image_reference], help_text="Name and tag, as for docker pull."
    )
    gpus = forms.IntegerField(min_value=0, max_value=64, initial=1, label="GPUs", help_text="0 for none.")
    name = NameField(required=False, label="Name")
    host = HostChoice()

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["host"].queryset = hosts_of(user)  # type: ignore[attr-defined]


class DraftForm(forms.Form):
    """The two texts of a stack, and the version that they were loaded at."""

    document = TextField(limit=DOCUMENT_LIMIT, noun="The Compose file", rows=24, label="compose.yaml", required=False)
    environment = TextField(limit=ENVIRONMENT_LIMIT, noun="The .env text", rows=6, label=".env", required=False)
    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, stack: Stack, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stack = stack

    def clean(self) -> dict[str, Any]:
        """Texts with the line ends that the stack's own have: a form sends CRLF whatever they were."""
        cleaned: dict[str, Any] = super().clean() or {}
        for name in ("document", "environment"):
            if "\r\n" in getattr(self.stack, name) and name in cleaned:
                cleaned[name] = cleaned[name].replace("\n", "\r\n")
        return cleaned


class SettingsForm(forms.Form):
    """Name and host of a stack."""

    name = NameField(label="Name")
    host = HostChoice(help_text="The stack is checked against the newest snapshot of this host.")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["host"].queryset = hosts_of(user)  # type: ignore[attr-defined]


class VersionForm(forms.Form):
    """The message of a version that is kept."""

    message = forms.CharField(
        max_length=240, required=False, label="What changed", widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
