"""Adding, renaming, duplicating and removing services."""

from __future__ import annotations

import pytest
from django.test import Client

from stacks.models import Stack
from tests.web.editing import edit

DOCUMENT = """\
services:
  web:
    image: nginx:1.27
    depends_on: [db, cache]
    links:
      - db:database
  worker:
    image: python:3.12
    network_mode: service:db
    depends_on:
      db:
        condition: service_started
  # the database
  db:
    image: postgres:17  # pinned
    volumes_from: [cache]
  cache:
    image: redis:7
"""


def test_add(client: Client, stack: Stack) -> None:
    answer = edit(client, stack, "add", DOCUMENT, **{"new-name": "job", "new-image": "python:3.12-slim"})
    assert answer.text == DOCUMENT + "  job:\n    image: python:3.12-slim\n"
    assert answer.data["selected"] == "job"
    assert 'name="image@job"' in answer.html


@pytest.mark.parametrize("blank", ["", "\n\n", "# nothing yet\n"])
def test_add_to_a_blank_text(client: Client, stack: Stack, blank: str) -> None:
    answer = edit(client, stack, "add", blank, **{"new-name": "job", "new-image": "python:3.12"})
    assert answer.status == 200
    assert answer.text.endswith("services:\n  job:\n    image: python:3.12\n")
    assert answer.text.startswith(blank)


@pytest.mark.parametrize(
    ("name", "image", "reason"),
    [
        ("", "x:1", "type a name"),
        ("web", "x:1", "there is a service web already"),
        ("a b", "x:1", "letters, digits"),
        ("../etc", "x:1", "letters, digits"),
        ("<b>", "x:1", "letters, digits"),
        ("n" * 64, "x:1", "at most 63"),
        ("new", "", "type the image"),
        ("new", "A B", "upper-case"),
    ],
)
def test_what_cannot_be_added_is_told_at_its_field(
    client: Client, stack: Stack, name: str, image: str, reason: str
) -> None:
    answer = edit(client, stack, "add", DOCUMENT, **{"new-name": name, "new-image": image})
    assert answer.status == 422
    assert answer.text == DOCUMENT
    assert reason in answer.words
    assert 'class="add-service" id="add-service" data-key="add-service" open' in answer.html


def test_rename_also_where_others_name_it(client: Client, stack: Stack) -> None:
    answer = edit(client, stack, "rename db", DOCUMENT, **{"rename@db": "postgres"})
    expected = (
        DOCUMENT.replace("[db, cache]", "[postgres, cache]")
        .replace("db:database", "postgres:database")
        .replace("service:db", "service:postgres")
        .replace("      db:\n", "      postgres:\n")
        .replace("  db:\n    image", "  postgres:\n    image")
    )
    assert answer.text == expected
    assert "also in web, worker" in answer.data["told"]
    assert answer.data["selected"] == "postgres"


def test_a_bad_new_name_is_told(client: Client, stack: Stack) -> None:
    answer = edit(client, stack, "rename db", DOCUMENT, selected="db", **{"rename@db": "web"})
    assert answer.status == 422
    assert "there is a service web already" in answer.words


def test_duplicate_keeps_comments_and_takes_a_free_name(client: Client, stack: Stack) -> None:
    answer = edit(client, stack, "duplicate db", DOCUMENT)
    copy = "  db-2:\n    image: postgres:17  # pinned\n    volumes_from: [cache]\n"
    assert answer.text == DOCUMENT.replace("  cache:\n    image", copy + "  cache:\n    image")
    again = edit(client, stack, "duplicate db", answer.text)
    assert again.data["selected"] == "db-3"


def test_duplicate_in_flow_style_and_behind_an_alias(client: Client, stack: Stack) -> None:
    flow = edit(client, stack, "duplicate a", "services: {a: {image: 'x:1'}}\n")
    assert flow.status == 200 and [each[0] for each in flow.data["services"]] == ["a", "a-2"]
    alias = edit(client, stack, "duplicate b", "services:\n  a: &a\n    image: x:1\n  b: *a\n")
    assert alias.status == 200 and [each[0] for each in alias.data["services"]] == ["a", "b", "b-2"]
    anchored = edit(client, stack, "duplicate a", "services:\n  a: &a\n    image: x:1\n  b: *a\n")
    assert anchored.status == 200 and anchored.data["services"][-1][0] == "a-2"


def test_remove_takes_dangling_dependencies_along(client: Client, stack: Stack) -> None:
    answer = edit(client, stack, "remove db", DOCUMENT)
    assert "also from depends_on of web, worker" in answer.data["told"]
    assert "postgres" not in answer.text
    assert "depends_on: [cache]" in answer.text
    assert "links" not in answer.text
    assert "condition" not in answer.text


def test_the_last_service_can_be_removed_and_another_added(client: Client, stack: Stack) -> None:
    empty = edit(client, stack, "remove a", "services:\n  a:\n    image: x:1\n")
    assert empty.status == 200 and empty.data["services"] == []
    again = edit(client, stack, "add", empty.text, **{"new-name": "b", "new-image": "y:1"})
    assert again.status == 200 and again.data["services"][0][0] == "b"


@pytest.mark.parametrize(
    "act", ["rename gone", "duplicate gone", "remove gone", "nonsense", "cell 0 gone", "gpus all gone"]
)
def test_what_is_not_there_is_told_and_nothing_changes(client: Client, stack: Stack, act: str) -> None:
    answer = edit(client, stack, act, DOCUMENT)
    assert answer.status == 422
    assert answer.text == DOCUMENT
    assert answer.data["told"]
