"""Fields and rows of a service's form: each writes its part of the text and nothing else."""

from __future__ import annotations

import pytest
from django.test import Client

from stacks.models import Stack
from tests.web.editing import edit, live

DOCUMENT = """\
# keep me
services:
  web:  # and me
    image: "nginx:1.27"
    ports:
      - "8080:80"
      - 9090:90   # metrics
    environment:
      MODE: ${MODE:-fast}
      TOKEN:
  job:
    image: python:3.12
    command: [python, -m, "my job"]
    environment:
      - A=1
      - B=two words
    deploy:
      resources:
        limits:
          memory: 4g
"""


def written(client: Client, stack: Stack, document: str = DOCUMENT, **fields: str) -> str:
    answer = edit(client, stack, "fields", document, **fields)
    assert answer.status == 200, answer.words
    return answer.text


@pytest.mark.parametrize(
    ("field", "value", "old", "new"),
    [
        ("image@web", "nginx:1.28", '"nginx:1.27"', '"nginx:1.28"'),
        ("memory@job", "8g", "memory: 4g", "memory: 8g"),
        ("command@job", "python -m 'your job'", '"my job"', '"your job"'),
        ("ports.0@web", "8081:80", '"8080:80"', '"8081:80"'),
        ("ports.1@web", "9091:90", "9090:90   #", '"9091:90"   #'),
        ("environment.0.value@web", "slow", "${MODE:-fast}", "slow"),
        ("environment.1.value@job", "three words", "B=two words", "B=three words"),
        ("environment.0.name@job", "AA", "A=1", "AA=1"),
        ("environment.0.name@web", "MODUS", "MODE: $", "MODUS: $"),
    ],
)
def test_a_field_changes_its_own_value_only(
    client: Client, stack: Stack, field: str, value: str, old: str, new: str
) -> None:
    assert old in DOCUMENT
    key, name = field.split("@")
    fields = {field: value}
    if key.startswith("environment"):  # a variable's name and value are sent together
        stem = key.rsplit(".", 1)[0]
        given = {"0@web": ("MODE", "${MODE:-fast}"), "0@job": ("A", "1"), "1@job": ("B", "two words")}
        held = given[f"{stem.split('.')[1]}@{name}"]
        fields = {f"{stem}.name@{name}": held[0], f"{stem}.value@{name}": held[1]} | fields
    assert written(client, stack, **fields) == DOCUMENT.replace(old, new)


@pytest.mark.parametrize(
    ("field", "value", "line"),
    [
        ("memory@web", "16g", "    mem_limit: 16g\n"),
        ("shm_size@web", "8g", "    shm_size: 8g\n"),
        ("restart@job", "unless-stopped", "    restart: unless-stopped\n"),
        ("volumes.new@job", "./data:/data", "      - ./data:/data\n"),
        ("ports.new@web", "7000:70", '      - "7000:70"\n'),
    ],
)
def test_a_field_that_was_absent_is_added(client: Client, stack: Stack, field: str, value: str, line: str) -> None:
    text = written(client, stack, **{field: value})
    assert line.strip().replace('"', "") in text.replace('"', "")
    assert [each for each in text.splitlines() if each in DOCUMENT.splitlines()] == DOCUMENT.splitlines()


@pytest.mark.parametrize(
    ("value", "declared"),
    [("named:/models", True), ("./named:/models", False), ("/models", False), ("${NAME}:/models", False)],
)
def test_a_volume_that_a_row_names_is_declared(client: Client, stack: Stack, value: str, declared: bool) -> None:
    answer = edit(client, stack, "", DOCUMENT, **{"volumes.new@job": value})
    text = answer.text
    assert f"      - {value}\n" in text.replace('"', "")
    assert ("\nvolumes:\n  named: {}\n" in text) is declared
    assert "COM032" not in answer.html
    if declared:
        again = edit(client, stack, "", text, **{"volumes.new@web": "named:/again"}).text
        assert again.count("named: {}") == 1 and "named:/again" in again


def test_a_new_variable_keeps_the_form_of_the_others(client: Client, stack: Stack) -> None:
    pair = {"environment.new.name@{}": "NEW", "environment.new.value@{}": "x"}
    assert "      NEW: x\n" in written(client, stack, **{key.format("web"): value for key, value in pair.items()})
    assert "      - NEW=x\n" in written(client, stack, **{key.format("job"): value for key, value in pair.items()})


def test_an_empty_value_takes_the_key_out(client: Client, stack: Stack) -> None:
    assert "command" not in written(client, stack, **{"command@job": ""})
    text = written(client, stack, **{"memory@job": ""})
    assert "deploy" not in text and "limits" not in text
    assert "9090" not in written(client, stack, **{"ports.1@web": ""})


@pytest.mark.parametrize(
    ("act", "gone"),
    [
        ("remove-row ports 0 web", "8080"),
        ("remove-row environment 0 web", "MODE"),
        ("remove-row environment 1 job", "two words"),
    ],
)
def test_a_row_is_removed(client: Client, stack: Stack, act: str, gone: str) -> None:
    text = edit(client, stack, act, DOCUMENT).text
    assert gone not in text
    assert len(text.splitlines()) == len(DOCUMENT.splitlines()) - 1


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("image@web", "Not An Image", "lower-case"),
        ("memory@web", "16 gigs", "unknown unit"),
        ("shm_size@web", "much", "not a size"),
        ("restart@web", "sometimes", "no restart policy"),
        ("command@web", "echo 'open", "shell cannot split"),
        ("ports.new@web", "80:", "names no container port"),
        ("ports.0@web", "99999:80", "ports go up to"),
        ("volumes.new@web", "ab::b", "empty part"),
        ("memory@web", "1\x01g", "control character"),
        ("ports.77@web", "1:1", "not in the text any more"),
        ("ports.99999999999999999999@web", "1:1", "not in the text any more"),
        ("environment.new.name@web", "TWO WORDS", "neither blanks"),
        ("environment.new.name@web", "MODE", "set already"),
        ("image@nobody", "x:1", "no service"),
    ],
)
def test_a_bad_value_is_refused_at_its_field_and_kept(
    client: Client, stack: Stack, field: str, value: str, reason: str
) -> None:
    name = field.split("@")[1]
    answer = edit(client, stack, "fields", DOCUMENT, selected=name, **{field: value})
    assert answer.status == 422
    assert answer.text == DOCUMENT
    assert answer.data["refused"]
    if name == "web" and ".7" not in field and ".9" not in field:
        assert reason in answer.words
        assert f'name="{field}"' in answer.html
        if "\x01" not in value:
            assert value.replace("'", "&#x27;") in answer.html
    else:
        assert answer.data["refused"]


def test_a_value_with_variables_is_taken_as_it_is(client: Client, stack: Stack) -> None:
    assert "image: ${IMAGE}" in written(client, stack, **{"image@job": "${IMAGE}"})


def test_the_form_shows_what_variables_become_and_what_else_is_set(client: Client, stack: Stack) -> None:
    answer = live(client, stack, DOCUMENT.replace("    ports:", "    tty: true\n    ports:"), selected="web")
    assert "${MODE:-fast}" in answer.html
    assert "<code>fast</code>" in answer.html
    assert "Also set:" in answer.words and 'title="Line 5">tty</a>' in answer.html


def test_only_open_cards_hold_forms(client: Client, stack: Stack) -> None:
    answer = live(client, stack, DOCUMENT, selected="job")
    assert 'name="image@job"' in answer.html and 'name="image@web"' not in answer.html
    both = live(client, stack, DOCUMENT, selected="job", open="web")
    assert 'name="image@job"' in both.html and 'name="image@web"' in both.html


def test_a_diagnostic_stands_under_its_field(client: Client, stack: Stack) -> None:
    answer = live(client, stack, "services:\n  a:\n    image: x:1\n    shm_size: 8parsec\n", selected="a")
    field = answer.html.split('data-key="shm_size@a"')[1].split('class="field ')[0]
    assert 'aria-invalid="true"' in field and "note-error" in field
