"""Forms of the host pages."""

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.files.uploadedfile import UploadedFile

from stacks.forms.fields import NameField, TextArea, as_error
from stacks.hosts.manual import GpuModel
from stacks.hosts.snapshot import HostSnapshot, SnapshotError
from stacks.models import Host
from stacks.services.host import HOST_TEXT_LIMIT, free_name, host_named, known_models, snapshot_read
from stacks.services.texts import TextError, TextFault, check_size


class HostNameForm(forms.Form):
    name = NameField(label="Name")


def refuse_taken_name(form: forms.Form, user: User, name: str, *, but: Host | None = None) -> Host | None:
    """Add an error to the form where a host that the user sees has the name already, other than `but`; that host."""
    taken = host_named(user, name)
    if taken is None or taken == but:
        return None
    words = f"A host “{taken.name}” is there already ({taken.gpus_in_words}). Choose another name"
    form.add_error("name", forms.ValidationError(f"{words}, such as “{free_name(user, taken.name)}”.", code="taken"))
    return taken


class ReadHostForm(forms.Form):
    """A host from what a tool printed on it, pasted or uploaded; `snapshot` is what was read."""

    text = forms.CharField(
        required=False, strip=False, label="Output of nvidia-smi, or a snapshot in JSON", widget=TextArea(10)
    )
    upload = forms.FileField(required=False, label="or choose a file", help_text="Up to 4 MiB.", allow_empty_file=True)
    name = NameField(required=False, label="Name", help_text="Without one, the host's own name is taken.")

    snapshot: HostSnapshot

    def clean(self) -> dict[str, Any]:
        """An uploaded file goes before pasted text."""
        cleaned: dict[str, Any] = super().clean() or {}
        upload = cleaned.get("upload")
        field = "upload" if isinstance(upload, UploadedFile) else "text"
        try:
            self.snapshot = snapshot_read(self._given(cleaned))
        except TextError as problem:
            self.add_error(field, as_error(problem))
        except SnapshotError as error:
            self.add_error(field, forms.ValidationError(_sentence(str(error)), code="snapshot"))
        return cleaned

    def _given(self, cleaned: dict[str, Any]) -> str | bytes:
        upload = cleaned.get("upload")
        if isinstance(upload, UploadedFile):
            check_size(upload.size or 0, limit=HOST_TEXT_LIMIT, noun="The file")
            data: bytes = upload.read(HOST_TEXT_LIMIT)
            return data
        text: str = cleaned.get("text", "")
        check_size(len(text.encode("utf-8", "surrogatepass")), limit=HOST_TEXT_LIMIT, noun="The text")
        if not text.strip():
            raise TextError(TextFault.EMPTY, "There is nothing to read.", "Paste the text or choose a file.")
        return text


def _sentence(words: str) -> str:
    """Words as a sentence; the name of a program keeps its letters."""
    first = words.split(" ", 1)[0]
    return (words if "-" in first else words[:1].upper() + words[1:]).removesuffix(".") + "."


class DescribeHostForm(forms.Form):
    """A host by hand: so many GPUs of a model that is known; cleans `model` to the model itself."""

    name = NameField(label="Name")
    model = forms.ChoiceField(label="GPU model")
    count = forms.IntegerField(min_value=1, max_value=64, initial=1, label="GPUs")
    driver_version = forms.RegexField(
        r"^\d{3,4}(\.\d{1,4}){1,3}$",
        required=False,
        max_length=64,
        label="Driver",
        error_messages={"invalid": "Give it as nvidia-smi does, for example 580.95.05."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.models = {f"{model.name}, {model.vram_gb} GB": model for model in known_models()}
        choices = [(name, name) for name in self.models]
        self.fields["model"].choices = [("", "Choose a model"), *choices]  # type: ignore[attr-defined]

    def clean_model(self) -> GpuModel:
        return self.models[self.cleaned_data["model"]]
