"""Whole files in every dialect, read by a person once: see golden_files."""

import pytest

from stacks.compose.document import parse_document
from stacks.renderers.registry import Dialect, Pin
from tests.oracle import ComposeOracle
from tests.renderers.golden_files import CHOICES, GOLDEN, PINS, path_of, rendered, said
from tests.renderers.invariants import assert_rendering, errors_of
from tests.rules.case_files import load_case


@pytest.mark.parametrize(("name", "dialect", "pin"), CHOICES)
def test_the_file_is_as_reviewed(name: str, dialect: Dialect, pin: Pin) -> None:
    assert rendered(name, dialect, pin).text == path_of(name, dialect, pin).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PINS)
def test_what_is_said_is_as_reviewed(name: str) -> None:
    assert said(name) == (GOLDEN / f"{name}.notes.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(("name", "dialect", "pin"), CHOICES)
def test_the_file_means_what_the_document_means(name: str, dialect: Dialect, pin: Pin) -> None:
    case = load_case(GOLDEN / f"{name}.yaml")
    assert case.host is not None
    text = assert_rendering(case.text, case.environment, dialect, pin, case.host).text
    assert not errors_of(parse_document(text), case.host)


@pytest.mark.parametrize(("name", "dialect", "pin"), CHOICES)
def test_docker_compose_takes_the_file(oracle: ComposeOracle, name: str, dialect: Dialect, pin: Pin) -> None:
    answer = oracle.config(path_of(name, dialect, pin).read_text(encoding="utf-8"), options=("-q",))
    assert answer.accepted, answer.stderr
