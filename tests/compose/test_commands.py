"""Commands of one text, against the real Docker Compose."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacks.compose.commands import CommandWords, split_command
from stacks.compose.values import Invalid
from tests.oracle import ComposeOracle

ACCEPTED = [
    "python train.py",
    "  a   b  ",
    "a 'b c' \"d e\"",
    "a'b'c \"\" ''",
    'a\\ b c\\"d',
    "'a\\b' \"a\\b\"",
    "echo $(nproc) x",
    "echo $(echo 'a\" b)",
    "echo `a b` c",
    "a && b",
    "a;b",
    "a 2>b",
    "a 2 > b",
    "a b2>c",
    "a) b) c",
    "a \"b;c\" 'd|e' f<g",
    "é ü\tx\ny",
    "",
]
REFUSED = ["a 'b", 'a "b', "a \\", "print(1)", "a (b)", "a)", "echo `a", "echo $(a"]


def compose_file(texts: list[str]) -> str:
    quoted = [json.dumps(text.replace("$", "$$"), ensure_ascii=False) for text in texts]
    return "services:\n" + "".join(
        f"  s{index}:\n    image: x\n    command: {text}\n" for index, text in enumerate(quoted)
    )


def test_words_are_those_of_compose(oracle: ComposeOracle) -> None:
    services = oracle.config(compose_file(ACCEPTED)).project["services"]
    for index, text in enumerate(ACCEPTED):
        words = split_command(text)
        assert isinstance(words, CommandWords), text
        given_words = [word.replace("$$", "$") for word in services[f"s{index}"]["command"] or ()]
        assert list(words.words) == given_words, text


@pytest.mark.parametrize("text", REFUSED)
def test_refused_by_both(oracle: ComposeOracle, text: str) -> None:
    assert isinstance(split_command(text), Invalid)
    assert not oracle.config(compose_file([text])).accepted


def test_what_is_dropped() -> None:
    words = split_command("pip install x && python train.py")
    assert isinstance(words, CommandWords)
    assert words.words == ("pip", "install", "x")
    assert words.dropped == "&& python train.py"


@given(st.text(alphabet="ab \\\"'`$();&|<>2\n", max_size=12))
def test_any_text_is_read_or_refused(text: str) -> None:
    result = split_command(text)
    assert isinstance(result, Invalid) or text.endswith(result.dropped)
