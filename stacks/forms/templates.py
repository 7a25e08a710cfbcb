"""Forms of the template pages."""

from typing import Any

from django import forms

from stacks.forms.fields import NameField
from stacks.forms.stacks import HostChoice
from stacks.models import Visibility
from stacks.services.access import User, hosts_of
from stacks.services.parameters import Parameter


class TemplateForm(forms.Form):
    """What people read about a template and who sees it."""

    title = NameField(label="Title")
    description = forms.CharField(
        max_length=400,
        required=False,
        label="Purpose",
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="One line: what it gives to whom.",
    )
    visibility = forms.ChoiceField(choices=Visibility.choices, initial=Visibility.PRIVATE, label="Who sees it")


class NewTemplateForm(TemplateForm):
    """A template from a stack, with what it needs of a host."""

    gpus_needed = forms.IntegerField(required=False, min_value=0, max_value=64, label="GPUs needed")
    vram_gib_needed = forms.IntegerField(
        required=False, min_value=0, max_value=10_000, label="Memory on each GPU", help_text="GiB"
    )
    port = forms.IntegerField(
        required=False, min_value=1, max_value=65_535, label="Port", help_text="The one to open in a browser."
    )


class ParametersForm(forms.Form):
    """The parameters of a template, one field a variable; empty leaves the default."""

    name = NameField(required=False, label="Name of the stack")
    host = HostChoice()

    def __init__(self, *args: Any, parameters: tuple[Parameter, ...], user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["host"].queryset = hosts_of(user)  # type: ignore[attr-defined]
        self.parameters = parameters
        for parameter in parameters:
            self.fields[f"value-{parameter.name}"] = forms.CharField(
                label=parameter.name,
                required=parameter.required,
                max_length=4096,
                strip=False,
                initial=parameter.value,
                help_text=_hint(parameter),
                widget=forms.TextInput(
                    attrs={"class": "code", "placeholder": parameter.default, "autocomplete": "off"}
                ),
            )

    def values(self) -> dict[str, str]:
        """The values to write into .env: those that were given and say something else than the default."""
        given = {parameter.name: self.cleaned_data[f"value-{parameter.name}"] for parameter in self.parameters}
        known = {parameter.name: parameter.value or parameter.default for parameter in self.parameters}
        return {name: value for name, value in given.items() if value and value != known[name]}

    @property
    def value_fields(self) -> list[forms.BoundField]:
        return [self[f"value-{parameter.name}"] for parameter in self.parameters]


def _hint(parameter: Parameter) -> str:
    if parameter.required:
        return parameter.message or "Needed: it has no default."
    return f"Default: {parameter.default}" if parameter.default else "Empty unless you set it."
