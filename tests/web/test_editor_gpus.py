"""Giving and taking GPUs, in each of the ways in which a document may ask for them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.contrib.auth.models import User
from django.test import Client

from stacks.compose.document import parse_document
from stacks.hosts.snapshot import Gpu
from stacks.models import Host, Stack
from stacks.services.board import board
from stacks.services.host import host_describe, known_models
from tests.rules.case_files import load_host
from tests.web.editing import edit, live

ONE, TWO = "GPU-11111111-1111-1111-1111-111111111111", "GPU-22222222-2222-2222-2222-222222222222"
HEAD = "services:\n  a:\n    image: x:1\n"


@pytest.fixture
def on_host(stack: Stack, host: Host) -> Stack:
    stack.host = host
    stack.save()
    return stack


def deploy(selection: str) -> str:
    return (
        f"{HEAD}    deploy:\n      resources:\n        reservations:\n          devices:\n"
        f"            - driver: nvidia\n              {selection}\n              capabilities: [gpu]\n"
    )


def flat(text: str) -> str:
    """The text without blanks and quotes, in which a list reads the same in both styles."""
    return "".join(text.replace('"', "").replace("'", "").split())


@pytest.mark.parametrize(
    ("before", "act", "holds"),
    [
        (HEAD, "cell 1 a", "device_ids:[1]"),
        (deploy('device_ids: ["0"]'), "cell 1 a", "device_ids:[0,1]"),
        (deploy('device_ids: ["0", "1"]'), "cell 0 a", "device_ids:[1]"),
        (deploy("count: 2"), "cell 0 a", "device_ids"),
        (deploy("count: all"), "cell 1 a", "device_ids"),
        (HEAD + "    gpus: all\n", "cell 0 a", "gpus:"),
        (
            HEAD + '    runtime: nvidia\n    environment:\n      NVIDIA_VISIBLE_DEVICES: "0"\n',
            "cell 1 a",
            "DEVICES:0,1",
        ),
        (HEAD + "    runtime: nvidia\n    environment:\n      - NVIDIA_VISIBLE_DEVICES=all\n", "cell 1 a", "DEVICES=0"),
        (HEAD + "    devices:\n      - nvidia.com/gpu=0\n", "cell 1 a", "-nvidia.com/gpu=0-nvidia.com/gpu=1"),
        (HEAD + "    devices:\n      - nvidia.com/gpu=0\n      - /dev/fuse\n", "gpus none a", "devices:-/dev/fuse"),
        (HEAD, "gpus all a", "count:all"),
        (deploy('device_ids: ["0"]'), "gpus all a", "count:all"),
        (HEAD + "    gpus:\n      - driver: nvidia\n        count: 1\n", "gpus all a", "gpus:-driver:nvidiacount:all"),
        (HEAD + "    runtime: nvidia\n", "gpus all a", "NVIDIA_VISIBLE_DEVICES:all"),
    ],
)
def test_the_form_of_the_request_is_kept(client: Client, on_host: Stack, before: str, act: str, holds: str) -> None:
    answer = edit(client, on_host, act, before)
    assert answer.status == 200, answer.words
    assert holds in flat(answer.text), answer.text
    for word in ("gpus:", "runtime:", "deploy:"):
        assert (word in answer.text) <= (word in before or (word == "deploy:" and before == HEAD))
    assert not any(mark[4] == "error" and "DEV" in mark[5] for mark in answer.data["marks"]), answer.data["marks"]


def test_taking_the_last_gpu_takes_the_request_away(client: Client, on_host: Stack) -> None:
    assert edit(client, on_host, "cell 0 a", deploy('device_ids: ["0"]')).text == HEAD
    assert edit(client, on_host, "gpus none a", deploy("count: 1")).text == HEAD
    assert edit(client, on_host, "gpus none a", HEAD + "    gpus: all\n").text == HEAD
    nvidia = HEAD + "    runtime: nvidia\n    environment:\n      NVIDIA_VISIBLE_DEVICES: all\n"
    assert edit(client, on_host, "gpus none a", nvidia).text == HEAD


def test_giving_and_taking_leaves_the_text_as_it_was(client: Client, on_host: Stack) -> None:
    text = deploy('device_ids: ["0"]')
    given = edit(client, on_host, "cell 1 a", text).text
    assert edit(client, on_host, "cell 1 a", given).text == text


def test_gpus_are_named_as_the_user_prefers(client: Client, on_host: Stack) -> None:
    assert TWO in edit(client, on_host, "cell 1 a", HEAD, pin="uuid").text
    assert TWO not in edit(client, on_host, "cell 1 a", HEAD, pin="index").text
    # A document that names GPUs by UUID begins with that choice.
    shown = live(client, on_host, deploy(f'device_ids: ["{ONE}"]'))
    assert '<option value="uuid" selected>' in shown.html


def test_a_number_of_gpus(client: Client, on_host: Stack) -> None:
    assert "count:2" in flat(edit(client, on_host, "gpus count a", HEAD, **{"gpu-count@a": "2"}).text)
    assert "count:1" in flat(
        edit(client, on_host, "gpus count a", deploy('device_ids: ["1"]'), **{"gpu-count@a": "1"}).text
    )
    for bad in ("0", "-1", "two", "999", "²", "9" * 5000):
        answer = edit(client, on_host, "gpus count a", HEAD, selected="a", **{"gpu-count@a": bad})
        assert answer.status == 422 and "from 1 to 64" in answer.words
        assert answer.text == HEAD


def test_several_requests_become_one(client: Client, on_host: Stack) -> None:
    both = deploy("count: 1") + "    gpus: all\n"
    answer = edit(client, on_host, "cell 1 a", both)
    assert answer.status == 200
    assert "gpus: all" not in answer.text


def test_an_id_that_the_host_lacks_is_shown_and_taken_out(client: Client, on_host: Stack) -> None:
    text = deploy('device_ids: ["0", "7"]')
    assert "not on this host" in live(client, on_host, text).words
    assert edit(client, on_host, "drop 7 a", text).text == deploy('device_ids: ["0"]')


@pytest.mark.parametrize("act", ["cell 9 a", "cell x a", "cell  a", "gpus some a", "drop"])
def test_what_cannot_be_given_is_told(client: Client, on_host: Stack, act: str) -> None:
    answer = edit(client, on_host, act, HEAD)
    assert answer.status == 422 and answer.text == HEAD


def test_the_board_says_who_holds_what_and_what_is_shared(client: Client, on_host: Stack) -> None:
    text = (
        HEAD
        + "    gpus: all\n  b:\n    image: x:1\n    gpus: [{device_ids: ['1'], driver: nvidia}]\n  c:\n    image: x:1\n"
    )
    board = live(client, on_host, text).html.split('id="board"')[2].split('id="panel"')[0]
    assert 'value="cell 0 a" aria-pressed="true" title="Take GPU 0 from a"' in board
    assert 'cell-all is-shared" name="do" value="cell 1 a"' in board
    assert 'title="Shared with a. Take GPU 1 from b"' in board
    assert 'value="cell 0 c" aria-pressed="false" title="Give GPU 0 to c"' in board
    assert "…11111111" in board
    assert "1 shared" in board


def test_without_a_host_the_board_lists_who_asks_for_what(client: Client, stack: Stack) -> None:
    answer = live(client, stack, deploy("count: 2"))
    assert "No host is chosen." in answer.words
    assert "a 2 GPUs" in answer.words
    assert edit(client, stack, "cell 0 a", HEAD).status == 422


def test_a_uuid_that_is_not_known_is_not_written_as_a_number(client: Client, ada: User, stack: Stack) -> None:
    stack.host = host_describe(user=ada, name="planned", model=known_models()[0], count=2)
    stack.save()
    refused = edit(client, stack, "cell 1 a", HEAD, pin="uuid")
    assert refused.status == 422
    assert "the UUID of GPU 1 is not known: name GPUs by index" in refused.words
    assert "device_ids:[1]" in flat(edit(client, stack, "cell 1 a", HEAD, pin="index").text)
    shown = live(client, stack, deploy(f'device_ids: ["{ONE}"]')).html
    assert '<option value="uuid" selected>' not in shown


def test_the_board_says_whether_uuids_are_known(ada: User) -> None:
    document = parse_document(HEAD)
    assert board(document, load_host("h200-x2")).knows_uuids
    assert board(document, load_host("mig")).knows_uuids
    assert not board(document, None).knows_uuids
    planned = replace(load_host("h200-x2"), gpus=(Gpu(0, "NVIDIA H200"),))
    assert not board(document, planned).knows_uuids
