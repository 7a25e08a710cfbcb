"""What is kept of a check, for lists and search."""

from __future__ import annotations

import logging

import pytest
from django.contrib.auth.models import User
from django.test import Client

from stacks.hosts.reading import read_host
from stacks.models import GpuClaim, Host, Stack
from stacks.rules.checker import check_text
from stacks.services.analysis import (
    LARGEST_COUNT,
    REMEMBERED_LENGTH,
    SHELL,
    environment_values,
    stack_analyse,
    stack_index,
    stack_report,
)
from stacks.services.host import host_add_snapshot
from stacks.services.stack import stack_create, stack_save_draft, stack_update_settings
from tests.web.conftest import NVIDIA_SMI_LIST

SERVICES = """\
services:
  one:
    image: python:3.12
    deploy:
      resources:
        reservations:
          devices:
            - driver: nvidia
              device_ids: ["0", "GPU-22222222-2222-2222-2222-222222222222"]
              capabilities: [gpu]
  two:
    image: python:3.12
    gpus: all
  three:
    image: python:3.12
"""


@pytest.fixture(autouse=True)
def no_fault_is_swallowed(caplog: pytest.LogCaptureFixture) -> None:
    """`stack_index` logs a fault of the engine and goes on; here it fails the test, unless the test takes it out."""
    with caplog.at_level(logging.ERROR):
        yield
    assert [record.message for record in caplog.get_records("call") if "could not be checked" in record.message] == []


def rows(stack: Stack) -> list[tuple[str, str, list[tuple[str, int | None, list[str]]]]]:
    return [
        (service.name, service.image, [(c.kind, c.count, c.device_ids) for c in service.gpu_claims.all()])
        for service in stack.services.all()
    ]


def test_a_save_indexes_services_and_claims(client: Client, ada: User, host: Host) -> None:
    stack = stack_create(user=ada, name="x", document=SERVICES, host=host)
    assert rows(stack) == [
        ("one", "python:3.12", [("devices", None, ["0", "GPU-22222222-2222-2222-2222-222222222222"])]),
        ("two", "python:3.12", [("all", None, [])]),
        ("three", "python:3.12", []),
    ]
    assert stack.checked_at is not None
    assert stack.checked_snapshot == host.latest
    page = client.get("/").content.decode()
    assert "GPU 0, …22222222, all GPUs" in page
    changed = stack_save_draft(
        stack=stack, document="services: {b: {image: 'c:1'}}", environment="", expected_version=1, user=ada
    )
    assert rows(changed) == [("b", "c:1", [])]


def test_errors_are_counted_against_the_chosen_host(ada: User, host: Host) -> None:
    document = SERVICES.replace('"0"', '"7"')
    stack = stack_create(user=ada, name="x", document=document)
    without = stack.error_count
    assert stack.checked_snapshot is None
    stack = stack_update_settings(stack=stack, name="x", host=host)
    assert without is not None and stack.error_count is not None
    assert stack.error_count > without


def test_values_of_the_env_text_are_used(ada: User) -> None:
    stack = stack_create(user=ada, name="x", document="services: {a: {image: 'x:${TAG}'}}", environment="TAG=1.2\n")
    assert rows(stack) == [("a", "x:1.2", [])]
    assert stack_analyse(stack=stack).report.document.services[0].name == "a"


def test_what_every_shell_sets_is_never_missing(ada: User) -> None:
    document = "services: {a: {image: 'python:3.12', volumes: ['${PWD}:/workspace', '${HOME}/x:/x'], user: '${USER}'}}"
    stack = stack_create(user=ada, name="x", document=document)
    analysis = stack_analyse(stack=stack)
    assert [each.code for each in analysis.report.diagnostics if each.code.startswith("COM")] == []
    assert environment_values("DATA=${HOME}/data\nUSER=ada\n") == {
        **SHELL,
        "DATA": "/home/user/data",
        "USER": "ada",
    }


def test_the_same_texts_are_checked_once_for_each_snapshot(
    ada: User, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []
    monkeypatch.setattr(
        "stacks.services.analysis.check_text", lambda text, *rest: checked.append(text) or check_text(text, *rest)
    )
    stack = stack_create(user=ada, name="x", document=SERVICES, host=host)
    first = stack_analyse(stack=stack)
    assert stack_analyse(stack=stack) == first and len(checked) == 1
    stack_analyse(stack=stack, environment="A=1\n")
    host_add_snapshot(host=host, snapshot=read_host(NVIDIA_SMI_LIST))
    assert stack_analyse(stack=stack).snapshot_id != first.snapshot_id
    assert len(checked) == 3
    long = SERVICES + "#" * REMEMBERED_LENGTH
    assert stack_report(stack, long) is not stack_report(stack, long)


def test_while_the_text_does_not_parse_the_last_services_stay(ada: User) -> None:
    stack = stack_create(user=ada, name="x", document=SERVICES)
    before = rows(stack)
    stack = stack_save_draft(stack=stack, document="services: [", environment="", expected_version=1, user=ada)
    assert rows(stack) == before
    assert stack.error_count


@pytest.mark.parametrize(
    "document",
    [
        'services: {"a\\0b": {image: "x\\0y"}}',
        "services: {a: {image: x, gpus: [{count: 99999999999999999999}]}}",
        "services: {a: {image: x, gpus: [{count: -5}]}}",
        "services: {a: {image: x, gpus: [{device_ids: ['\\0', '" + "9" * 500 + "']}]}}",
        "services: {" + "n" * 400 + ": {image: " + "i" * 900 + "}}",
        "services: [1, 2]",
        "- a list",
        "a: &a [*a]",
        "",
    ],
)
def test_no_document_is_too_odd_to_be_indexed(client: Client, ada: User, document: str) -> None:
    stack = stack_create(user=ada, name="x", document=document)
    for claim in GpuClaim.objects.all():
        assert claim.count is None or 0 <= claim.count <= LARGEST_COUNT
    assert (stack.checked_at is not None) == bool(document)
    assert client.get("/").status_code == 200


def test_a_fault_of_the_engine_does_not_keep_anyone_from_saving(
    ada: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stack = stack_create(user=ada, name="x", document=SERVICES)

    def broken(*args: object) -> None:
        raise RuntimeError("a rule is broken")

    monkeypatch.setattr("stacks.services.analysis.check_text", broken)
    saved = stack_save_draft(stack=stack, document="b: 1", environment="", expected_version=1, user=ada)
    stack_index(stack=saved)
    kept = Stack.objects.get(pk=stack.pk)
    assert (kept.document, kept.checked_at, kept.error_count) == ("b: 1", None, None)
    assert "could not be checked" in caplog.text
    caplog.clear()
