"""The editor page and its live answers: what they show, what they refuse, and that nothing is lost."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from stacks.models import Host, Stack
from stacks.services.stack import stack_create, stack_save_draft
from tests.web.editing import HTMX, edit, live, texts
from tests.web.pages import inline_code

BROKEN = "services:\n  a:\n    image: [x\n  b:\n    image: y\n"
SEVERAL = 'version: "3.7"\nservices:\n  a:\n    image: x:1\n    gpus:\n      - count: 1\n        device_ids: ["0"]\n'
HTML = "<script>alert(1)</script>"


def test_the_page_shows_text_services_and_board(client: Client, stack: Stack) -> None:
    page = client.get(f"/stacks/{stack.pk}/").content.decode()
    assert "image: python:3.12" in page
    assert 'data-service="train"' in page and 'name="image@train"' in page
    assert "No host is chosen." in page
    assert [each for each in inline_code(page) if each != "<script>"] == []
    assert page.count("<script") == page.count("<script src") + page.count("<script defer") + page.count(
        '<script type="module"'
    ) + page.count('type="application/json"')


def test_the_live_answer_has_panel_forms_board_and_data(client: Client, stack: Stack, host: Host) -> None:
    stack.host = host
    stack.save()
    answer = live(client, stack, SEVERAL, selected="a", seq="7")
    assert answer.status == 200
    for part in ("services", "board", "panel", "trouble", "live-data"):
        assert f'<div id="{part}" hx-swap-oob="morph">' in answer.html
    assert answer.data["seq"] == "7" and answer.data["text"] is None and answer.data["mend"] is None
    assert answer.data["services"] == [["a", 2, 6]]
    row, column, end_row, end_column, severity, place, text = answer.data["marks"][0]
    assert (row, column, severity, text[:6]) == (0, 0, "info", "COM080")
    assert (end_row, end_column > column) == (0, True) and place == "COM080-0"
    assert "host<" in answer.html.replace(" ", "") and "lab-2" in answer.words


def test_places_are_counted_as_the_code_editor_counts(client: Client, stack: Stack) -> None:
    answer = live(client, stack, "services:\n  a: {image: 'x:1', labels: ['🚀🚀'], shm_size: 8parsec}\n")
    row, column, _, end_column, *_ = next(each for each in answer.data["marks"] if "parsec" in each[6])
    line = "  a: {image: 'x:1', labels: ['🚀🚀'], shm_size: 8parsec}".encode("utf-16-le")
    assert row == 1
    assert line[2 * column : 2 * end_column].decode("utf-16-le") in ("8parsec", "shm_size: 8parsec")


def test_the_text_is_kept_and_nothing_is_saved(client: Client, stack: Stack) -> None:
    live(client, stack, "services: {}\n")
    stack.refresh_from_db()
    assert "python:3.12" in stack.document and stack.version == 1


def test_while_the_text_is_broken_forms_and_board_are_left_alone(client: Client, stack: Stack) -> None:
    answer = live(client, stack, BROKEN)
    assert answer.data["mend"] == 4
    assert 'id="services"' not in answer.html and 'id="board"' not in answer.html
    assert "Not checked: the YAML has to be mended first." in answer.words
    for act in ("cell 0 a", "add", "remove a", "gpus all a", "fields a"):
        refused = edit(client, stack, act, BROKEN, **{"new-name": "c", "new-image": "x", "image@a": "z"})
        assert refused.status == 422 and refused.text == BROKEN
        assert "mend line 4 first" in refused.data["told"] or refused.data["refused"]


def test_a_page_opened_on_broken_text_shows_the_last_version_that_could_be_read(
    client: Client, stack: Stack, ada: User
) -> None:
    stack_save_draft(stack=stack, document=BROKEN, environment="", expected_version=1, user=ada)
    page = client.get(f"/stacks/{stack.pk}/").content.decode()
    assert "image: [x" in page
    assert '<fieldset class="services-set" disabled>' in page
    assert 'data-service="train"' in page
    assert "As it was when the text could last be read." in page


def test_a_repair_shows_its_change_and_is_made(client: Client, stack: Stack) -> None:
    shown = live(client, stack, SEVERAL, active="COM080-0")
    assert 'change-removed"><span class="change-mark" aria-hidden="true">−' in shown.html
    fixed = edit(client, stack, "fix COM080-0", SEVERAL)
    assert fixed.text == SEVERAL.removeprefix('version: "3.7"\n')
    assert fixed.data["told"].startswith("Done: ")
    again = edit(client, stack, "fix COM080-0", fixed.text)
    assert again.status == 422 and "no longer wrong" in again.words


def test_all_repairs_are_shown_and_made(client: Client, stack: Stack) -> None:
    shown = live(client, stack, SEVERAL, active="all")
    assert "Apply all" in shown.words
    fixed = edit(client, stack, "fix-all", SEVERAL)
    assert "version" not in fixed.text and "Made " in fixed.data["told"]
    assert edit(client, stack, "fix-all", fixed.text).text == fixed.text


@pytest.mark.parametrize("place", ["", "COM080", "COM080-9999", "XXX", "DEV101--1", HTML])
def test_any_place_may_be_asked_for(client: Client, stack: Stack, place: str) -> None:
    answer = live(client, stack, SEVERAL, active=place)
    assert answer.status == 200 and HTML not in answer.html


def test_suppressed_diagnostics_are_counted(client: Client, stack: Stack) -> None:
    answer = live(client, stack, SEVERAL.replace('"3.7"', '"3.7"  # gpu-compose: ignore[COM080] kept for old hosts'))
    assert "1 suppressed" in answer.words


def test_the_host_is_chosen_here(client: Client, stack: Stack, host: Host, bob: User, bobs_client: Client) -> None:
    answer = edit(client, stack, "host", host=str(host.pk))
    assert "host (lab-2)" in answer.words.replace("host(", "host (")
    stack.refresh_from_db()
    assert stack.host == host
    for nothing in ("", "999999", "x", "9" * 40):
        assert edit(client, stack, "host", host=nothing).status == 200
        stack.refresh_from_db()
        assert stack.host is None


def test_without_scripts_an_act_saves_and_shows_the_page_again(client: Client, stack: Stack) -> None:
    response = client.post(f"/stacks/{stack.pk}/edit/", texts(stack) | {"do": "duplicate train"})
    assert response.status_code == 302
    assert response["Location"] == f"/stacks/{stack.pk}/?service=train-2"
    stack.refresh_from_db()
    assert "train-2:" in stack.document and stack.version == 2
    assert "Added train-2" in client.get(response["Location"]).content.decode()


def test_without_scripts_fields_that_were_not_touched_undo_nothing(client: Client, stack: Stack) -> None:
    fields = {"image@train": "python:3.12", "ports.0@train": "${PORT:-8000}:8000", "shm_size@train": "1g"}
    document = stack.document.replace("python:3.12", "python:3.13")
    client.post(f"/stacks/{stack.pk}/edit/", texts(stack, document) | fields | {"do": "save"})
    stack.refresh_from_db()
    assert "python:3.13" in stack.document and "shm_size: 1g" in stack.document


def test_without_scripts_a_bad_value_comes_back_with_its_message(client: Client, stack: Stack) -> None:
    given = texts(stack) | {"do": "fields train", "selected": "train", "memory@train": f"lots{HTML}"}
    response = client.post(f"/stacks/{stack.pk}/edit/", given)
    page = response.content.decode()
    assert response.status_code == 422
    assert "not a size" in page and "lots&lt;script&gt;" in page and f"lots{HTML}" not in page
    stack.refresh_from_db()
    assert stack.version == 1


def test_without_scripts_two_saves_that_meet_are_shown_side_by_side(client: Client, stack: Stack, ada: User) -> None:
    given = texts(stack) | {"do": "duplicate train"}
    stack_save_draft(stack=stack, document="# theirs\n", environment="", expected_version=1, user=ada)
    response = client.post(f"/stacks/{stack.pk}/edit/", given)
    assert response.status_code == 409
    assert "# theirs" in response.content.decode() and "train-2" in response.content.decode()


def test_a_version_is_kept_with_its_message(client: Client, stack: Stack) -> None:
    given = texts(stack, "services: {a: {image: 'x:1'}}\n") | {"do": "keep", "message": "small"}
    assert client.post(f"/stacks/{stack.pk}/edit/", given).status_code == 302
    newest = stack.revisions.first()
    assert newest is not None
    assert (newest.message, newest.document) == ("small", "services: {a: {image: 'x:1'}}\n")


@pytest.mark.parametrize("address", ["live", "edit"])
@pytest.mark.parametrize(
    ("given", "status", "words"),
    [
        ({"document": "x: 'a\x00b'"}, 400, "NUL"),
        ({"document": "x" * (1024 * 1024 + 1)}, 413, "limit"),
        ({"version": "one"}, 422, "which version it was made from"),
        ({"environment": "x" * (256 * 1024 + 1)}, 413, "limit"),
    ],
)
def test_texts_that_cannot_be_kept_are_refused(
    client: Client, stack: Stack, address: str, given: dict[str, str], status: int, words: str
) -> None:
    for headers in (HTMX, {}):
        response = client.post(f"/stacks/{stack.pk}/{address}/", texts(stack) | given, headers=headers)
        assert response.status_code == status
        assert words in response.content.decode()


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    "document",
    [
        BOMB,
        "[1, 2]",
        "services: [1, 2]",
        "services:\n  a: just text\n",
        "services:\n  a:\n",
        "services:\n  a:\n    environment: [1, {b: c}, null]\n    ports: {a: b}\n    volumes: text\n",
        "services:\n  a:\n    command: {a: b}\n",
        "services:\n  a:\n    deploy: text\n    gpus: {a: b}\n    devices: [1, {source: 2}]\n    depends_on: 3\n",
        "services:\n  a:\n    <<: *nothing\n",
        "services:\n  'a b@c.d <i>':\n    image: x\n  '':\n    image: y\n  ' ':\n    image: z\n",
        "services: {a: {environment: {A: [1], B: {c: d}}, ports: [[1], {target: 80}]}}",
        "\t",
        "---\n---\n",
        "%YAML 9.9\n---\n",
        "services:\n  a:\n    image: !reset null\n",
        "x" * (1024 * 1024 - 10),
    ],
)
def test_no_document_breaks_the_page(client: Client, stack: Stack, host: Host, document: str) -> None:
    stack.host = host
    stack.save()
    first = live(client, stack, document)
    assert first.status == 200
    for name, *_ in first.data["services"]:
        assert live(client, stack, document, selected=name, active="all").status == 200
        for act in (f"cell 0 {name}", f"gpus all {name}", f"gpus none {name}", f"duplicate {name}", f"remove {name}"):
            assert edit(client, stack, act, document).status in (200, 422)
    stack.document = document
    stack.save()
    assert client.get(f"/stacks/{stack.pk}/").status_code == 200


def test_html_is_escaped_everywhere(client: Client, ada: User, host: Host) -> None:
    name = "<b>x</b>"
    keys = f"'{HTML}': 1\n    ports: ['{HTML}']\n    environment: {{'{HTML}': '{HTML}'}}\n    depends_on: ['{HTML}']"
    gpus = f"gpus: [{{device_ids: ['{HTML}']}}]"
    document = f"services:\n  '{name}':\n    image: '{HTML}'\n    command: '{HTML}'\n    {keys}\n    {gpus}\n"
    stack = stack_create(user=ada, name=HTML, document=document, environment=f"A={HTML}", host=host)
    page = client.get(f"/stacks/{stack.pk}/").content.decode()
    answer = live(client, stack, selected=name, active="all", pin=HTML, seq=HTML)
    refused = edit(client, stack, "add", **{"new-name": HTML, "new-image": HTML})
    for html in (page, answer.html, refused.html):
        assert HTML not in html and name not in html


def test_anothers_stack_and_a_lost_token(bobs_client: Client, stack: Stack, ada: User) -> None:
    for address in ("", "live/", "edit/"):
        assert bobs_client.post(f"/stacks/{stack.pk}/{address}", texts(stack)).status_code in (404, 405)
    assert bobs_client.get(f"/stacks/{stack.pk}/").status_code == 404
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ada)
    response = strict.post(f"/stacks/{stack.pk}/edit/", texts(stack, "mine: 1\n") | {"do": "save"})
    assert response.status_code == 403
    assert "mine: 1" in response.content.decode()  # what was typed is shown, to be copied


def test_the_number_of_queries_does_not_grow_with_the_services(client: Client, stack: Stack, host: Host) -> None:
    stack.host = host
    stack.save()
    counts = []
    for number in (2, 40):
        document = "services:\n" + "".join(f"  s{each}:\n    image: x:1\n    gpus: all\n" for each in range(number))
        live(client, stack, document)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            live(client, stack, document, selected="s1")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 5


def test_no_cache_keeps_what_is_edited(client: Client, stack: Stack) -> None:
    for address in ("", "text/"):
        assert client.get(f"/stacks/{stack.pk}/{address}")["Cache-Control"] == "no-store"
    for address in ("live/", "edit/", "save/"):
        answer = client.post(f"/stacks/{stack.pk}/{address}", texts(stack), headers=HTMX)
        assert answer["Cache-Control"] == "no-store"
    assert live(client, stack).data["version"] == stack.version


def test_only_layers_that_found_nothing_are_passed(client: Client, stack: Stack) -> None:
    html = live(client, stack, "services:\n  a: {image: 'x:1', shm_size: 8parsec}\n").html
    layers = re.findall(r'<li class="layer-(\w+)"[^>]*><svg.*?</svg>(\w+)(.*?)</li>', html)
    signs = {layer: (sign, re.sub("<.*?>", "", words)) for sign, layer, words in layers}
    assert signs["yaml"] == ("check", "")
    assert {layer: sign for layer, sign in signs.items() if sign[0] == "error"} == {"compose": ("error", " 1 error")}


def test_the_list_of_repairs_is_gone_when_there_is_none_left(client: Client, stack: Stack) -> None:
    answer = live(client, stack, "services:\n  a:\n    image: x:1\n", active="all")
    assert 'class="fix-all"' not in answer.html
