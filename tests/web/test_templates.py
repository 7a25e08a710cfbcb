"""The gallery, saving a stack as a template, and making stacks from templates by their parameters."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from stacks.compose.dotenv import parse_dotenv
from stacks.models import Host, Stack, Template
from stacks.services.parameters import Parameter, parameters_of, quoted, with_values
from stacks.services.starters import starters_load
from stacks.services.template import template_create_from_stack
from stacks.services.template_fit import template_fit

DOCUMENT = """\
services:
  vllm:  # ${NOT_THIS}
    image: vllm/vllm-openai:${TAG:-v0.11.0}
    ports: ["${PORT:-8000}:8000"]
    command: --model ${MODEL:?say which model} --key ${KEY}
"""


@pytest.fixture
def template(ada: User, stack: Stack) -> Template:
    Stack.objects.filter(pk=stack.pk).update(document=DOCUMENT, environment="PORT=8001\n")
    stack.refresh_from_db()
    return template_create_from_stack(stack=stack, user=ada, title="vLLM", description="", visibility="shared")


def test_parameters_are_the_variables_of_values() -> None:
    assert parameters_of(DOCUMENT, "PORT=8001\n") == (
        Parameter("TAG", default="v0.11.0"),
        Parameter("PORT", default="8000", value="8001"),
        Parameter("MODEL", required=True, message="say which model"),
        Parameter("KEY"),
    )


def test_what_every_shell_sets_is_asked_for_only_where_the_env_text_sets_it() -> None:
    document = "services: {a: {image: x, volumes: ['${PWD}:/work', '${HOME:-/root}/x:/x']}}"
    assert parameters_of(document, "") == ()
    assert parameters_of(document, "HOME=/data") == (Parameter("HOME", default="/root", value="/data"),)


def test_a_document_that_does_not_parse_has_no_parameters() -> None:
    assert parameters_of("a: ${X\n  b: [", "") == ()


def test_values_go_into_the_env_text_where_they_are_or_at_its_end() -> None:
    assert with_values("# port\nPORT=8001 # old\nA=1", {"PORT": "9000", "B": "x y"}) == (
        "# port\nPORT=9000 # old\nA=1\nB='x y'\n"
    )


@settings(max_examples=150)
@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"), max_size=30))
def test_a_quoted_value_reads_back_as_typed(value: str) -> None:
    assert parse_dotenv(f"A=1\nX={quoted(value)}\nB=2\n").values == {"A": "1", "X": value, "B": "2"}


def test_saving_a_stack_as_a_template(client: Client, stack: Stack) -> None:
    given = {"title": "For <all>", "description": "<i>x</i>", "visibility": "shared", "gpus_needed": 2, "port": 8888}
    page = client.post(f"/stacks/{stack.pk}/template/", given, follow=True).content.decode()
    template = Template.objects.get()
    assert (template.slug, template.document, template.gpus_needed, template.port) == (
        "for-all",
        stack.document,
        2,
        8888,
    )
    assert "<i>x</i>" not in page and "&lt;i&gt;x&lt;/i&gt;" in page
    assert "2 GPUs" in client.get("/templates/").content.decode()


def test_a_template_is_private_unless_its_owner_chooses_otherwise(client: Client, stack: Stack) -> None:
    page = client.get(f"/stacks/{stack.pk}/template/").content.decode()
    assert '<option value="private" selected>' in page


def test_two_templates_of_one_title_have_two_addresses(client: Client, stack: Stack) -> None:
    for _ in range(3):
        client.post(f"/stacks/{stack.pk}/template/", {"title": "starter-x", "visibility": "private"})
    assert set(Template.objects.values_list("slug", flat=True)) == {"x", "x-2", "x-3"}


def test_a_stack_from_a_template_remembers_it(client: Client, template: Template) -> None:
    given = {"value-MODEL": "a/b", "value-TAG": "", "value-PORT": "8001", "value-KEY": "s3 cr$t", "name": "mine"}
    client.post(template.get_absolute_url(), given)
    stack = Stack.objects.get(name="mine")
    assert stack.template_of_origin == template
    assert stack.document == DOCUMENT
    assert stack.environment == "PORT=8001\nMODEL=a/b\nKEY='s3 cr$t'\n"
    template.delete()
    stack.refresh_from_db()
    assert stack.template_of_origin is None


def test_a_default_can_be_put_back_over_the_env_text(client: Client, template: Template) -> None:
    client.post(template.get_absolute_url(), {"value-MODEL": "m", "value-PORT": "8000", "name": "mine"})
    assert Stack.objects.get(name="mine").environment == "PORT=8000\nMODEL=m\n"


def test_a_needed_value_that_is_missing_is_asked_for_with_the_rest_kept(client: Client, template: Template) -> None:
    response = client.post(template.get_absolute_url(), {"value-PORT": "<9>"})
    page = response.content.decode()
    assert response.status_code == 422
    assert 'value="&lt;9&gt;"' in page
    assert "say which model" in page


def test_editing_and_deleting(client: Client, template: Template) -> None:
    address = template.get_absolute_url()
    client.post(f"{address}edit/", {"title": "other", "description": "d", "visibility": "private"})
    template.refresh_from_db()
    assert (template.title, template.visibility, template.slug) == ("other", "private", "vllm")
    assert client.post(f"{address}edit/", {"title": ""}).status_code == 422
    client.post(f"{address}delete/")
    assert client.get(address).status_code == 404


def test_searching_answers_htmx_with_the_cards_alone(client: Client, template: Template) -> None:
    page = client.get("/templates/?q=vllm-openai", headers={"HX-Request": "true"}).content.decode()
    assert template.title in page and "<html" not in page
    assert "No template has" in client.get("/templates/?q=zzz").content.decode()


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")


def test_starters_are_loaded_and_kept_up_to_date(tmp_path: Path, client: Client, stack: Stack) -> None:
    write(
        tmp_path,
        "lab.yaml",
        "# title: Lab\n# description: Notebooks.\n# needs: gpus=1 vram=16 port=8888\n\n# keep\nservices: {}\n",
    )
    write(tmp_path, "lab.env", "PORT=8888\n")
    write(tmp_path, "plain.yaml", "services: {}\n")
    assert starters_load(tmp_path) == 2
    lab = Template.objects.get(slug="starter-lab")
    assert (lab.title, lab.description, lab.document, lab.environment) == (
        "Lab", "Notebooks.", "# keep\nservices: {}\n", "PORT=8888\n",
    )  # fmt: skip
    assert (lab.gpus_needed, lab.vram_gib_needed, lab.port, lab.owner) == (1, 16, 8888, None)
    assert client.get(lab.get_absolute_url()).status_code == 200
    client.post(f"/stacks/{stack.pk}/template/", {"title": "team's", "visibility": "shared"})
    write(tmp_path, "lab.yaml", "# title: Lab 2\nservices: {}\n")
    (tmp_path / "plain.yaml").unlink()
    starters_load(tmp_path)
    assert starters_load(tmp_path) == 1
    assert sorted(Template.objects.values_list("title", flat=True)) == ["Lab 2", "team's"]


def test_the_gallery_says_whether_a_host_can_run_a_template(client: Client, template: Template, host: Host) -> None:
    def verdict(gpus: int | None, vram: int | None = None, memory: int | None = None) -> str:
        Template.objects.filter(pk=template.pk).update(gpus_needed=gpus, vram_gib_needed=vram)
        host.gpus.update(memory_total=memory)
        template.refresh_from_db()
        return template_fit(template, host).state

    gib = 1024**3
    assert verdict(None) == "unchecked"
    assert verdict(2) == "ok"
    assert verdict(3) == "error"
    assert verdict(2, vram=80) == "unchecked"
    assert verdict(2, vram=80, memory=79 * gib) == "ok"
    assert verdict(2, vram=80, memory=48 * gib) == "error"
    assert verdict(0, vram=80, memory=48 * gib) == "ok"
    assert "lab-2 has the GPUs for it" in client.get(f"/templates/?host={host.pk}").content.decode()
    assert "has the GPUs for it" not in client.get("/templates/?host=x").content.decode()
