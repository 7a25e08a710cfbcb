"""Form fields for texts: pasted or uploaded, bounded, kept as they are."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import RegexValidator

from stacks.services.texts import NAME_LIMIT, TextError, TextFault, check_size, decode, from_field

STATUS_OF_FAULT = {TextFault.EMPTY: 422, TextFault.TOO_LARGE: 413, TextFault.NOT_TEXT: 400}


class NameField(forms.CharField):
    """A name of any characters; control characters are refused by `services.texts.clean_name` being applied later."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", NAME_LIMIT)
        super().__init__(**kwargs)
        self.widget.attrs.setdefault("autocomplete", "off")


class TextArea(forms.Textarea):
    """A monospaced text box that no browser corrects."""

    def __init__(self, rows: int = 12) -> None:
        super().__init__(
            attrs={"rows": rows, "class": "code", "spellcheck": "false", "autocapitalize": "off", "autocomplete": "off"}
        )


class TextField(forms.CharField):
    """A long text, neither stripped nor cut; faults become form errors that carry the fault as their code."""

    def __init__(self, *, limit: int, noun: str, rows: int = 12, **kwargs: Any) -> None:
        kwargs.setdefault("strip", False)
        kwargs.setdefault("widget", TextArea(rows))
        super().__init__(**kwargs)
        self.validators = []  # Django's own for NUL says less than ours
        self.limit, self.noun = limit, noun

    def clean(self, value: Any) -> str:
        try:
            return from_field(super().clean(value), limit=self.limit, noun=self.noun)
        except TextError as problem:
            raise as_error(problem) from None


class UploadField(forms.FileField):
    """An uploaded text file; cleans to its text, or None when no file was chosen."""

    def __init__(self, *, limit: int, noun: str, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        super().__init__(**kwargs)
        self.allow_empty_file = True
        self.limit, self.noun = limit, noun

    def clean(self, data: Any, initial: Any = None) -> Any:
        upload = super().clean(data, initial)
        if not isinstance(upload, UploadedFile):
            return None
        try:
            check_size(upload.size or 0, limit=self.limit, noun=self.noun)
            return decode(upload.read(self.limit + 1), limit=self.limit, noun=self.noun)
        except TextError as problem:
            raise as_error(problem) from None


def as_error(problem: TextError) -> forms.ValidationError:
    return forms.ValidationError(str(problem), code=problem.fault)


def status_of(form: forms.BaseForm) -> int:
    """The status for a form that was refused: 413 too large, 400 not text, else 422."""
    codes = {error.code for errors in form.errors.as_data().values() for error in errors}
    statuses = {STATUS_OF_FAULT[fault] for fault in TextFault if fault in codes}
    return max(statuses - {422}, default=422) if statuses else 422


service_name = RegexValidator(
    r"^[a-zA-Z0-9][a-zA-Z0-9._-]*$",
    "Use letters, digits, full stops, hyphens and underscores only: Compose accepts no others.",
)
image_reference = RegexValidator(r"^\S+$", "An image reference holds no blanks, for example python:3.12-slim.")
