"""The export page: choices, the file with its own verdict, downloads, and what goes wrong."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from stacks.hosts.reading import read_host
from stacks.models import Host, HostSnapshot, Stack
from stacks.renderers.registry import Dialect
from stacks.rules.checker import check_text
from stacks.rules.fixer import fix_all
from stacks.services.export import DIALECTS, PINS, StackExport
from stacks.services.export_verdict import verdict
from stacks.services.host import host_add_snapshot, host_create
from stacks.services.stack import stack_create
from tests.browser.documents import SEED_ONE, SEED_THREE, SEED_TWO
from tests.oracle import ComposeOracle
from tests.rules.case_files import load_host
from tests.web.pages import inline_code

ONE_GPU_EACH = """\
# one GPU each
services:
  serve:
    image: vllm/vllm-openai:v0.11.0
    ipc: host   # as vLLM says
    command: --model ${MODEL:-Qwen/Qwen3-8B}
    deploy:
      resources:
        reservations:
          devices:
            - driver: nvidia
              device_ids: ["0"]
              capabilities: [gpu]
  train:
    image: pytorch/pytorch:2.8.0-cuda12.8-cudnn9-runtime
    shm_size: 8g
    deploy:
      resources:
        reservations:
          devices:
            - driver: nvidia
              device_ids: ["1"]
              capabilities: [gpu]
"""
ATTACK = (
    'services:\n  a:\n    image: "</textarea><script>alert(1)</script>:1"\n  # </pre><img src=x onerror=alert(1)>\n'
)
PYTORCH = "pytorch/pytorch:2.8.0-cuda12.8-cudnn9-runtime"
L4 = "GPU 0: NVIDIA L4 (UUID: GPU-33333333-3333-3333-3333-333333333333)"
FIRST, SECOND = "GPU-11111111-1111-1111-1111-111111111111", "GPU-22222222-2222-2222-2222-222222222222"


@pytest.fixture
def gpus(ada: User, host: Host) -> Stack:
    return stack_create(user=ada, name="gpus", document=ONE_GPU_EACH, environment="MODEL=x/y\n", host=host)


def shown(client: Client, stack: Stack, **choice: str) -> str:
    response = client.get(reverse("stack-export", args=[stack.pk]), choice)
    assert response.status_code == 200, unescape(response.content.decode())
    return response.content.decode()


def file_of(client: Client, stack: Stack, **choice: str) -> str:
    return client.get(reverse("stack-export-file", args=[stack.pk]), choice).content.decode()


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


# The file.


@pytest.mark.parametrize(
    "document", [ONE_GPU_EACH, ONE_GPU_EACH.replace("\n", "\r\n"), "a: 1", "services: [\n", "\n\n"]
)
def test_my_text_as_it_is_comes_back_to_the_byte(client: Client, ada: User, document: str) -> None:
    stack = stack_create(user=ada, name="x", document=document)
    response = client.get(reverse("stack-export-file", args=[stack.pk]))
    assert response.content == document.encode()


def test_the_download_has_safe_names_and_types(client: Client, ada: User) -> None:
    stack = stack_create(user=ada, name='../../etc/"x"\r\nX: y', document="a: é\n", environment="A=1\n")
    for address, name, kind in (
        ("stack-export-file", "compose.yaml", "text/yaml; charset=utf-8"),
        ("stack-export-environment", ".env", "text/plain; charset=utf-8"),
    ):
        response = client.get(reverse(address, args=[stack.pk]))
        assert response["Content-Disposition"] == f'attachment; filename="{name}"'
        assert response["Content-Type"] == kind
        assert response["X-Content-Type-Options"] == "nosniff"
    assert response.content == b"A=1\n"


def test_there_is_an_env_file_only_when_the_stack_has_one(client: Client, stack: Stack, gpus: Stack) -> None:
    assert client.get(reverse("stack-export-environment", args=[stack.pk])).status_code == 404
    assert reverse("stack-export-environment", args=[stack.pk]) not in shown(client, stack)
    assert reverse("stack-export-environment", args=[gpus.pk]) in shown(client, gpus)


@pytest.mark.parametrize("pin", PINS)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_file_offered_is_shown_and_downloaded_alike_and_has_no_new_error(
    client: Client, gpus: Stack, dialect: str, pin: str
) -> None:
    address = reverse("stack-export", args=[gpus.pk])
    response = client.get(address, {"to": dialect, "pin": pin})
    if response.status_code == 422:
        assert dialect != Dialect.DOCUMENT and pin != "keep"
        return
    page, text = response.content.decode(), file_of(client, gpus, to=dialect, pin=pin)
    area = re.search(r'<textarea[^>]*id="file-text"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)
    assert area and unescape(area[1]) == text
    assert f"?to={dialect}&amp;pin={pin}" in page
    assert len(re.findall(r'class="listing-line', page)) == text.count("\n")
    assert not check_text(text, {}, read_host_of(gpus)).errors
    assert "# as vLLM says" in text and "${MODEL:-Qwen/Qwen3-8B}" in text


def read_host_of(stack: Stack) -> object:
    return StackExport(stack).snapshot


def test_each_dialect_writes_its_own_way_of_asking(client: Client, gpus: Stack) -> None:
    assert "gpus:" in file_of(client, gpus, to="gpus")
    assert "runtime: nvidia" in file_of(client, gpus, to="runtime")
    assert "NVIDIA_VISIBLE_DEVICES" in file_of(client, gpus, to="runtime")
    assert "reservations:" in file_of(client, gpus, to="deploy")
    assert "nvidia.com/gpu" in file_of(client, gpus, to="cdi")
    pinned = file_of(client, gpus, to="deploy", pin="uuid")
    assert FIRST in pinned and SECOND in pinned


@pytest.mark.parametrize("document", [SEED_ONE, SEED_TWO, SEED_THREE, ONE_GPU_EACH])
def test_docker_compose_takes_every_file_of_a_repaired_stack(
    client: Client, ada: User, oracle: ComposeOracle, document: str
) -> None:
    """The stacks of a common article, repaired, in each dialect and way of naming, on a host that is wholly known."""
    host = host_create(user=ada, name="mixed", snapshot=load_host("mixed"))
    repaired = fix_all(document, {}, load_host("mixed"), unsafe=True).text
    stack = stack_create(user=ada, name="x", document=repaired, host=host)
    for dialect in DIALECTS:
        for pin in PINS:
            response = client.get(reverse("stack-export-file", args=[stack.pk]), {"to": dialect, "pin": pin})
            assert response.status_code == 200, (dialect, pin)
            text = response.content.decode()
            answer = oracle.config(text, options=("-q",))
            assert answer.accepted, (dialect, pin, answer.stderr, text)


# The page.


def test_the_choices_are_a_plain_form_and_the_chosen_are_checked(client: Client, gpus: Stack) -> None:
    page = shown(client, gpus, to="gpus", pin="uuid")
    address = reverse("stack-export", args=[gpus.pk])
    assert f'method="get" action="{address}"' in page and "Show this file" in page
    assert re.findall(r'value="(\w+)" checked', page) == ["gpus", "uuid"]
    for title in ("My text as it is", "Docker Compose 1.28 or newer", "Hosts with CDI", "By UUID", "By count"):
        assert title in page


def test_htmx_gets_the_part_alone(client: Client, gpus: Stack) -> None:
    address = reverse("stack-export", args=[gpus.pk])
    part = client.get(address, {"to": "gpus"}, headers={"HX-Request": "true"})
    assert b"<html" not in part.content and b'id="file-text"' in part.content
    assert "HX-Request" in part["Vary"]


def test_what_cannot_be_chosen_is_disabled_and_says_why(client: Client, ada: User) -> None:
    stack = stack_create(user=ada, name="no host", document=ONE_GPU_EACH)
    page = shown(client, stack)
    radio = re.search(r'<input[^>]*id="pin-uuid"[^>]*>', page)
    assert radio and radio[0].endswith(" disabled>")
    assert "host" in page.split('id="pin-uuid"')[1].split("</label>")[0].split("export-why")[1]


def test_the_difference_is_against_the_document(client: Client, gpus: Stack) -> None:
    assert "The file is your text, with no change." in shown(client, gpus)
    page = shown(client, gpus, to="deploy", pin="uuid")
    assert "From your text to this file" in page
    assert re.search(r"diff-removed.*device_ids: \[(&quot;)0", page)


def test_an_empty_stack_leads_to_the_editor(client: Client, ada: User) -> None:
    stack = stack_create(user=ada, name="x", document=" \n")
    page = shown(client, stack)
    assert "There is nothing to export yet" in page and f'href="/stacks/{stack.pk}/"' in page


def test_everything_in_it_is_escaped(client: Client, ada: User, host: Host) -> None:
    stack = stack_create(user=ada, name="<b>n</b>", document=ATTACK, environment="<i>=1\n", host=host)
    for choice in ({}, {"to": "gpus"}, {"to": "<script>alert(2)</script>"}, {"to": "cdi", "pin": "'><script>"}):
        page = client.get(reverse("stack-export", args=[stack.pk]), choice).content.decode()
        assert "<script>alert" not in page and "<img src=x" not in page and "<b>n" not in page
        assert page.count("<textarea") == page.count("</textarea>") <= 1
        assert inline_code(page) == []


def test_every_page_of_a_stack_leads_to_the_others(client: Client, stack: Stack) -> None:
    for page in ("text/", "history/", "settings/", "export/"):
        html = client.get(f"/stacks/{stack.pk}/{page}").content.decode()
        for target in ("", "export/", "history/", "settings/"):
            assert f'href="/stacks/{stack.pk}/{target}"' in html, (page, target)


def test_a_long_file_is_shown_in_part_and_given_whole(client: Client, ada: User) -> None:
    document = "services: {a: {image: 'x:1'}}\n" + "".join(f"x-{n}: 1\n" for n in range(2500))
    stack = stack_create(user=ada, name="long", document=document)
    page = shown(client, stack)
    assert len(re.findall(r'class="listing-line', page)) == 2000
    assert "Copy and download give all 2501" in words(page)
    assert file_of(client, stack) == document


def test_a_long_difference_is_shown_in_part_and_counted_whole(client: Client, ada: User, host: Host) -> None:
    service = "  s{}:\n    image: x:1\n    gpus:\n      - driver: nvidia\n        device_ids: ['0']\n"
    document = "services:\n" + "".join(service.format(number) for number in range(300))
    stack = stack_create(user=ada, name="long", document=document, host=host)
    page = shown(client, stack, to="deploy")
    assert len(re.findall(r'<tr class="diff-', page)) == 2001
    assert re.search(r"⋯ \d+ more lines, not shown", page)
    assert re.search(r"\d{4} lines added, \d+ removed", words(page))


# What goes wrong.


@pytest.mark.parametrize("choice", [{"to": "nonsense"}, {"pin": "nonsense"}, {"to": ""}, {"to": "gpus", "pin": "\x00"}])
def test_an_unknown_choice_is_422_with_the_choices(client: Client, gpus: Stack, choice: dict[str, str]) -> None:
    for address in ("stack-export", "stack-export-file"):
        response = client.get(reverse(address, args=[gpus.pk]), choice)
        assert response.status_code == 422
        assert "There is no such way of exporting" in response.content.decode()
        assert 'name="to"' in response.content.decode()


def test_what_cannot_be_rendered_is_422_and_keeps_the_choices(client: Client, ada: User) -> None:
    stack = stack_create(user=ada, name="no host", document=ONE_GPU_EACH)
    for address in ("stack-export", "stack-export-file"):
        response = client.get(reverse(address, args=[stack.pk]), {"to": "gpus", "pin": "uuid"})
        page = response.content.decode()
        assert response.status_code == 422
        assert 'role="alert"' in page and 'id="file-text"' not in page
        assert re.findall(r'value="(\w+)" checked', page) == ["gpus", "uuid"]


@pytest.mark.parametrize("document", ["services: [\n", "- a\n", "a: &a [*a]\n", "services:\n\ta: 1\n"])
def test_broken_yaml_is_only_to_be_had_as_it_is(client: Client, ada: User, host: Host, document: str) -> None:
    stack = stack_create(user=ada, name="x", document=document, host=host)
    page = shown(client, stack)
    assert page.count("The YAML has to be mended first") == 1
    assert "Docker Compose will refuse this file" in page
    assert not re.search(r'id="to-(deploy|gpus|runtime|cdi)"[^>]*(?<!disabled)>', page)
    assert 'id="run"' not in page and "Against <a" not in page
    assert client.get(reverse("stack-export", args=[stack.pk]), {"to": "gpus"}).status_code == 422
    assert file_of(client, stack) == document


def test_services_that_are_no_mapping_are_no_reason_to_fail(client: Client, ada: User, host: Host) -> None:
    for document in ("services: [1, 2]\n", "services: {a: 1}\n", "services: {a: {gpus: {x: [}}}\n", "x: 1\n"):
        stack = stack_create(user=ada, name="x", document=document, host=host)
        for dialect in DIALECTS:
            for pin in PINS:
                address = reverse("stack-export", args=[stack.pk])
                assert client.get(address, {"to": dialect, "pin": pin}).status_code in (200, 422)


# The verdict.


def test_the_verdict_names_the_snapshot_and_its_age(client: Client, gpus: Stack, host: Host) -> None:
    page = words(shown(client, gpus))
    assert "Against lab-2 as it was just now , by nvidia-smi -L" in page
    HostSnapshot.objects.update(taken_at=timezone.now() - timedelta(hours=3, minutes=9))
    assert "as it was 3 hours ago , by" in words(shown(client, gpus))
    assert "host Partly checked" in page
    assert "host's container engine is not known" in page


def test_without_a_host_nothing_is_said_to_be_valid(client: Client, ada: User) -> None:
    page = words(shown(client, stack_create(user=ada, name="x", document=ONE_GPU_EACH)))
    assert "No errors in what was checked" in page and "Not all checked" in page
    assert "host Not checked" in page and "No problems found" not in page
    assert "Choose a host" in page


def test_the_exported_text_is_checked_and_not_the_document(client: Client, ada: User) -> None:
    """The nvidia runtime that the host does not have is an error of that dialect alone."""
    host = host_create(user=ada, name="no runtime", snapshot=load_host("cdi-only"))
    document = "services:\n  a:\n    image: pytorch/pytorch:2.8.0-cuda12.8-cudnn9-runtime\n    gpus: all\n"
    stack = stack_create(user=ada, name="x", document=document, host=host)
    assert "ENG101" not in shown(client, stack)
    page = shown(client, stack, to="runtime")
    assert "ENG101" in page and reverse("rule-page", args=["ENG101"]) in page
    assert "This file will not work as it is meant" in page


@pytest.mark.parametrize(
    ("document", "host", "state", "unchecked"),
    [
        ("services: {a: {image: 'x:1'}}\n", "mixed", "ok", set()),
        ("services: {a: {image: 'x:1'}}\n", None, "unchecked", {"host"}),
        ("services: {a: {image: 'x:1', network: 1}}\n", "mixed", "error", set()),
        ("services: {a: {image: 'x:1', gpus: [{device_ids: ['9']}]}}\n", "mixed", "error", set()),
        ("services: [\n", "mixed", "error", {"schema", "compose", "gpu", "host", "practice"}),
        (
            "services: {a: {image: pytorch/pytorch:2.8.0-cuda12.8-cudnn9-runtime, gpus: all}}\n",
            "small",
            "warning",
            set(),
        ),
    ],
)
def test_a_verdict_is_never_more_than_what_was_checked(
    document: str, host: str | None, state: str, unchecked: set[str]
) -> None:
    snapshot = load_host(host) if host else None
    found = verdict(check_text(document, {}, snapshot), snapshot)
    assert found.state == state
    assert {line.name for line in found.layers if line.state == "unchecked"} == unchecked
    assert found.host_ran is ("host" not in unchecked)


def test_silenced_findings_are_counted(client: Client, ada: User) -> None:
    document = "services:\n  a:\n    image: x:1\n    mystery: 1  # gpu-compose: ignore[COM010]\n"
    page = words(shown(client, stack_create(user=ada, name="x", document=document)))
    assert "1 more silenced by comments in the file" in page


# The lines to run it.


def test_the_lines_say_what_should_be_seen(client: Client, gpus: Stack) -> None:
    page = words(shown(client, gpus, to="gpus"))
    assert "docker compose up -d" in page
    assert f"docker compose exec serve nvidia-smi -L Copy should print GPU 0: NVIDIA H200 (UUID: {FIRST})" in page
    assert f"docker compose run --rm train nvidia-smi -L Copy should print GPU 0: NVIDIA H200 (UUID: {SECOND})" in page


def test_the_newest_snapshot_counts(client: Client, gpus: Stack, host: Host) -> None:
    host_add_snapshot(
        host=host, snapshot=read_host("GPU 0: NVIDIA L4 (UUID: GPU-33333333-3333-3333-3333-333333333333)\n")
    )
    page = words(shown(client, gpus))
    assert L4 in page
    assert "train will not start: the host has no GPU 1" in page
