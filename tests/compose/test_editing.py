"""Edits at a path, one behaviour a test; the properties are in test_editing_properties.py."""

from typing import Any

import pytest

from stacks.compose import editing
from stacks.compose.document import Document, parse_document
from stacks.compose.editing import EditError
from stacks.compose.source import apply

STACK = """\
services:
  train:  # the trainer
    image: python:3.12  # pinned
    # where people look
    ports:
    - "8888:8888"
    - "6006:6006"  # TensorBoard
    environment: {A: b, C: 'd'}

  serve:
    image: 'vllm'
"""


def changed(text: str, edit: Any, *arguments: Any, **options: Any) -> str:
    document: Document = parse_document(text)
    after = apply(text, edit(document, *arguments, **options))
    assert parse_document(after).is_complete
    return after


def test_a_value_is_replaced_where_it_stands() -> None:
    after = changed(STACK, editing.set_value, ("services", "train", "image"), "python:3.13")
    assert after == STACK.replace("python:3.12", "python:3.13")


def test_the_quotes_of_a_value_stay() -> None:
    after = changed(STACK, editing.set_value, ("services", "serve", "image"), "it's")
    assert after == STACK.replace("'vllm'", "'it''s'")


def test_missing_parents_are_made_in_the_style_of_the_file() -> None:
    path = ("services", "serve", "deploy", "resources", "reservations", "devices", 0)
    after = changed(STACK, editing.set_value, path, {"driver": "nvidia", "device_ids": ["0"], "capabilities": ["gpu"]})
    assert after == STACK + (
        "    deploy:\n      resources:\n        reservations:\n          devices:\n"
        '          - driver: nvidia\n            device_ids: ["0"]\n            capabilities: [gpu]\n'
    )


def test_a_deleted_key_takes_its_comments_along() -> None:
    after = changed(STACK, editing.delete, ("services", "train", "ports"))
    lines = STACK.splitlines(keepends=True)
    assert after == "".join(lines[:3] + lines[7:])


def test_a_new_service_is_set_off_like_the_others() -> None:
    after = changed(STACK, editing.set_value, ("services", "new"), {"image": "x"})
    assert after == STACK + "\n  new:\n    image: x\n"


def test_an_absent_key_cannot_be_deleted() -> None:
    with pytest.raises(EditError, match="there is no key `gpus`"):
        editing.delete(parse_document(STACK), ("services", "train", "gpus"))


def test_an_item_that_is_emptied_again_keeps_the_comment_behind_it() -> None:
    text = "services:\n  a:\n    x-list:\n      - {}  # empty\n    image: x\n"
    path = ("services", "a", "x-list", 0, "new")
    added = changed(text, editing.set_value, path, ["item"])
    assert "- new:  # empty\n" in added
    assert changed(added, editing.delete, path) == text
