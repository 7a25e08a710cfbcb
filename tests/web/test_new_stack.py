"""Making a stack through each of the three doors, and what the doors refuse."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from stacks.compose.nodes import Scalar, find
from stacks.compose.yaml import parse_yaml
from stacks.models import Host, Stack
from stacks.services.blank import blank_document
from stacks.services.texts import DOCUMENT_LIMIT, ENVIRONMENT_LIMIT

YAML = "/stacks/new/yaml/"
BLANK = "/stacks/new/blank/"


def upload(data: bytes, name: str = "compose.yaml") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def test_pasting(client: Client, ada: User, host: Host) -> None:
    given = {"document": "services:\r\n  a: {}\r\n", "environment": "A=1\r\n", "name": "mine", "host": host.pk}
    response = client.post(YAML, given, follow=True)
    stack = Stack.objects.get()
    assert (stack.name, stack.owner, stack.host, stack.version) == ("mine", ada, host, 1)
    assert (stack.document, stack.environment) == ("services:\n  a: {}\n", "A=1\n")
    assert stack.revisions.get().number == 1
    assert "Made the stack “mine”" in response.content.decode()


def test_pasted_text_is_kept_to_the_byte(client: Client) -> None:
    text = "\n\n# leading blank lines\nservices:   \n\ta: \u00e9\u4e2d\U0001f600  \n\n"
    client.post(YAML, {"document": text.replace("\n", "\r\n")})
    assert Stack.objects.get().document == text
    page = client.get(f"/stacks/{Stack.objects.get().pk}/text/").content.decode()
    assert f">\n{text}</textarea>" in page


def test_uploading_keeps_line_ends_and_names_the_stack_after_the_file(client: Client) -> None:
    client.post(YAML, {"upload": upload(b"\xef\xbb\xbfservices:\r\n  a: {}\r\n", "../../etc/lab <b>.yaml")})
    stack = Stack.objects.get()
    assert stack.document == "services:\r\n  a: {}\r\n"
    assert stack.name == "lab <b>"


@pytest.mark.parametrize("text", ["{{{", "- a list\n", "services: [1, 2]\n", "just words", "a: &a [*a]\n"])
def test_what_is_not_compose_is_kept_all_the_same(client: Client, text: str) -> None:
    assert client.post(YAML, {"document": text}).status_code == 302
    assert Stack.objects.get().document == text


@pytest.mark.parametrize(
    ("data", "status", "said"),
    [
        (b"", 422, "is empty"),
        (b"  \n\n", 422, "is empty"),
        (b"\x7fELF\x00\x01", 400, "binary file"),
        (b"services: \xff\xfe", 400, "position 10"),
        (b"x" * (DOCUMENT_LIMIT + 1), 413, "is 1,025 KiB; the limit is 1,024 KiB"),
        (b"x" * (1536 * 1024), 413, "is 1,536 KiB; the limit is 1,024 KiB"),
    ],
)
def test_an_upload_that_is_refused_leaves_what_was_typed(client: Client, data: bytes, status: int, said: str) -> None:
    given = {"upload": upload(data), "document": "services: <typed>", "name": "kept name", "environment": "A=kept"}
    response = client.post(YAML, given)
    page = response.content.decode()
    assert response.status_code == status
    assert said in page
    assert "services: &lt;typed&gt;</textarea>" in page
    assert 'value="kept name"' in page and "A=kept" in page
    assert not Stack.objects.exists()


@pytest.mark.parametrize(
    ("text", "status", "said"),
    [
        ("", 422, "is empty"),
        ("a: \x00", 400, "NUL character at position 4"),
        ("é" * (DOCUMENT_LIMIT // 2 + 1), 413, "the limit is 1,024 KiB"),
    ],
)
def test_a_text_that_is_refused_is_shown_again(client: Client, text: str, status: int, said: str) -> None:
    response = client.post(YAML, {"document": text})
    assert response.status_code == status
    page = response.content.decode()
    assert said in page
    assert f">\n{text}</textarea>" in page
    assert not Stack.objects.exists()


def test_a_text_of_exactly_the_limit_is_kept(client: Client) -> None:
    text = "#" * DOCUMENT_LIMIT
    assert client.post(YAML, {"document": text}).status_code == 302
    assert Stack.objects.get().document == text


def test_the_env_text_has_its_own_limit(client: Client) -> None:
    given = {"document": "services: {}", "environment": "#" * (ENVIRONMENT_LIMIT + 1)}
    response = client.post(YAML, given)
    assert response.status_code == 413
    assert "the limit is 256 KiB" in response.content.decode()


def test_a_request_too_large_to_read_is_413(client: Client, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10_000
    response = client.post(YAML, "document=" + "x" * 20_000, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 413
    assert "too much at once" in response.content.decode()


@pytest.mark.parametrize("name", ["../../etc/passwd", "<script>alert(1)</script>", "a\nb\x1b[31mc", "  spaced   out  "])
def test_any_name_is_taken_and_shown_escaped(client: Client, name: str) -> None:
    client.post(YAML, {"document": "services: {}", "name": name})
    stack = Stack.objects.get()
    assert all(char.isprintable() for char in stack.name)
    for address in ("/", f"/stacks/{stack.pk}/settings/", f"/stacks/{stack.pk}/history/"):
        assert "<script>alert" not in client.get(address).content.decode()


def test_a_name_over_120_characters_is_refused(client: Client) -> None:
    response = client.post(YAML, {"document": "services: {}", "name": "n" * 121})
    assert response.status_code == 422
    assert "at most 120 characters" in response.content.decode()


def test_from_nothing(client: Client, host: Host) -> None:
    given = {"service": "train", "image": "pytorch/pytorch:2.9", "gpus": 2, "host": host.pk}
    assert client.post(BLANK, given).status_code == 302
    stack = Stack.objects.get()
    assert stack.name == "train"
    assert stack.host == host
    assert "image: pytorch/pytorch:2.9\n" in stack.document
    assert "count: 2\n" in stack.document


@pytest.mark.parametrize(
    "wrong", [{"service": "a b"}, {"image": ""}, {"image": "two words"}, {"gpus": -1}, {"gpus": "many"}]
)
def test_from_nothing_refuses_what_compose_would(client: Client, wrong: dict[str, object]) -> None:
    response = client.post(BLANK, {"service": "app", "image": "python:3.12", "gpus": 1, **wrong})
    assert response.status_code == 422
    assert 'aria-invalid="true"' in response.content.decode()
    assert not Stack.objects.exists()


@pytest.mark.parametrize("service", ["app", "on", "1.5", "null", "a-b_c.d", "0x1F"])
@pytest.mark.parametrize(
    "image", ["python:3.12", "a/b@sha256:" + "0" * 64, 'we"ird#', "${IMAGE:-x}", "@x", "host:5000/x:1"]
)
def test_a_blank_document_reads_back_as_typed(service: str, image: str) -> None:
    root = parse_yaml(blank_document(service=service, image=image, gpus=0)).roots[0]
    node = find(root, "services", service, "image")
    assert isinstance(node, Scalar)
    assert node.text == image


def test_the_doors_stand_side_by_side(client: Client) -> None:
    page = client.get("/stacks/new/").content.decode()
    for door in ("From a template", "From YAML", "From nothing"):
        assert door in page


@pytest.mark.parametrize("address", [YAML, BLANK])
def test_reloading_after_a_refusal_leads_back_to_the_doors(client: Client, address: str) -> None:
    assert client.get(address)["Location"] == "/stacks/new/"
