"""Interpolation, against the real Compose and by its own properties."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stacks.compose.interpolation import ErrorKind, VariableReference, find_variables, interpolate
from tests.oracle import ComposeOracle

VALUES = {"A": "a", "B": "b", "EMPTY": "", "D": "$lit", "J": '{"x":1}'}
DOTENV = "A=a\nB=b\nEMPTY=\nD=$$lit\nJ={\"x\":1}\n"  # fmt: skip
# One a line; `⏎` stands for a line break inside a text.
ACCEPTED = (
    r"""
$A
${A}
${X}
$X
$$A
$$$A
$$$$
$
a$
$1
$ A
$A}
$é
\$A
'$A'
%$A%
$A$B
$AB
$A-B
$A_B
$A.b
$_
${_}
${a}
${A}_B
${A}$
${A}${B}
${A:-d}
${A-}
${X:-d}
${X-d}
${X-}
${X:-}
${EMPTY:-d}
${EMPTY-d}
${EMPTY?message}
${A:?message}
${A:?}
${A?}
${A:+other}
${X:+other}
${EMPTY:+other}
${EMPTY:+}
${EMPTY+other}
${A+other}
${X+other}
${X+-}
${X:-${A}}
${X:-${Y:-z}}
${X-${Y-${Z-deep}}}
${X:-${Y:-z}}-${A}
${X:-a}${Y:-b}
${A:-}${X:-}
${A:-${B:?no}}
${X:-${A}${B}}
${X:-$$${A}}
${A:+${B}}
${A:+${X}}
${X:-{}}
${X:-{}
${X:-{a}
${X:-}{}
${X:-}}
${X:-{"a":1}}
${X:-{"a":1}} ${A}
${X:-{{}}}
${X:-{{ .V }}} ${A}
${X:-a}b}
${X:-a}b} ${A}
${X:-a}} ${A}
${X:-a\}b}
${X:-[1,2]}
{{$A}}
{${A}}
{{ ${X:-d} }}
l1 ${A}⏎l2 ${X:-q}
${X:-a}⏎}
${A-b:-c}
${X-b:-c}
${X:-b?c}
${A:-b:?c}
${X:-$A}
${X:-$}
${X:-$$}
${X:-$$A}
${A:-é}
é${X:-ü}é
${X:--}
${X:-:-}
${X:-'q'}
${X:-"q"}
${X:-  sp  }
$${A}
$${X:-d}
$$${A}
$D
${D}
${J}
${X:-{{}${A}}}
${X:-{ {${A}} }}
nvidia/cuda:${CUDA:-12.4.1}-base-${OS-ubuntu22.04}
""".strip("\n")
    .replace("\n", "\0")
    .replace("⏎", "\n")
    .split("\0")
)
REFUSED = (
    r"""
${
${}
${1}
${ A}
${A
${A }
${A.b}
${A:}
${A:x}
${A!x}
${A=x}
${A:=x}
${A/x/y}
${é}
${A:-x
${A-x
${A}${
${X:-a⏎b}
${A:-x⏎}
${X:-${}}
${A:-${}}
${X:-{}} ${A}
${X:?message}
${X:?}
${X?}
${X?b-c}
${EMPTY:?message}
${A:-${X:?no}}
${X:+${Y?no}}
${A:+${Y?no}}
${X:?need ${A}}
${X:?need ${Y}}
${A?${Y:?no}}
""".strip("\n")
    .replace("\n", "\0")
    .replace("⏎", "\n")
    .split("\0")
)


def labels(texts: list[str]) -> str:
    lines = [f"      l{number}: {json.dumps(text, ensure_ascii=False)}" for number, text in enumerate(texts)]
    return "\n".join(["services:", "  a:", "    image: x", "    labels:", *lines, ""])


def test_the_tables_are_as_large_as_they_should_be() -> None:
    assert len(ACCEPTED) + len(REFUSED) >= 130


def test_accepted_texts_get_the_value_that_compose_gives_them(oracle: ComposeOracle) -> None:
    answer = oracle.config(labels(ACCEPTED), env_file=DOTENV)
    theirs = answer.project["services"]["a"]["labels"]
    ours = [interpolate(text, VALUES) for text in ACCEPTED]
    assert [text for text, result in zip(ACCEPTED, ours, strict=True) if result.errors] == []
    assert {text: result.value.replace("$", "$$") for text, result in zip(ACCEPTED, ours, strict=True)} == {
        text: theirs[f"l{number}"] for number, text in enumerate(ACCEPTED)
    }
    blank = {reference.name for result in ours for reference in result.references if reference.blank}
    assert blank == {line.split('\\"')[1] for line in answer.stderr.splitlines() if "variable is not set" in line}


@pytest.mark.parametrize("text", REFUSED)
def test_refused_texts_are_refused_for_the_same_reason(text: str, oracle: ComposeOracle) -> None:
    answer = oracle.config(labels([text]), env_file=DOTENV)
    result = interpolate(text, VALUES)
    assert not answer.accepted
    first = result.errors[0]
    if "required variable" in answer.stderr:
        assert first.kind is ErrorKind.REQUIRED_MISSING
        assert answer.stderr.rstrip().endswith(first.message.rstrip())
    else:
        assert first.kind is ErrorKind.INVALID_FORMAT


def test_a_reference_knows_its_place_and_its_default() -> None:
    text = "x-${CUDA:-${OLD-12}}-$TAG"
    assert interpolate(text, {"OLD": "11"}).references == (
        VariableReference("CUDA", 2, 20, ":-", "${OLD-12}", used_default=True, unset=True),
        VariableReference("OLD", 10, 19, "-", "12", used_default=False, unset=False),
        VariableReference("TAG", 21, 25, "", None, used_default=False, unset=True),
    )


def test_a_missing_variable_carries_the_message_of_its_author() -> None:
    (error,) = interpolate("in ${TOKEN:?set it in .env} out", {"TOKEN": ""}).errors
    assert (error.start, error.end, error.variable) == (3, 27, "TOKEN")
    assert error.message == "required variable TOKEN is missing a value: set it in .env"


def test_every_error_is_reported_and_not_the_first_alone() -> None:
    result = interpolate("${1} ${A?} ${B:} ${C}", {"C": "c"})
    assert [(error.start, error.end, error.kind) for error in result.errors] == [
        (0, 4, ErrorKind.INVALID_FORMAT),
        (5, 10, ErrorKind.REQUIRED_MISSING),
        (11, 16, ErrorKind.INVALID_FORMAT),
    ]
    assert result.references[-1].name == "C"


def test_a_lookup_may_be_a_function() -> None:
    assert interpolate("$a-${b}", str.upper).value == "A-B"


def test_variables_are_found_without_values() -> None:
    found = find_variables("${MODEL:?which} ${PORT:-8000} $HF_TOKEN $${NOT} ${}")
    assert [(variable.name, variable.default, variable.required) for variable in found] == [
        ("MODEL", "which", True),
        ("PORT", "8000", False),
        ("HF_TOKEN", None, False),
    ]


PIECES = st.sampled_from(["$", "{", "}", "${", "A", "X", "_", "1", ":", "-", "?", "+", " ", "\n", "é", "x", ":-", "$$"])


@given(st.lists(PIECES, max_size=24).map("".join) | st.text(max_size=20))
@settings(max_examples=200)
def test_it_never_raises_and_its_places_lie_in_the_text(text: str) -> None:
    result = interpolate(text, VALUES)
    for reference in result.references:
        assert text[reference.start] == "$"
        assert reference.name in text[reference.start : reference.end]
        assert 0 <= reference.start < reference.end <= len(text)
        if reference.default is not None:
            assert text[reference.start : reference.end].endswith(reference.operator + reference.default + "}")
    assert all(0 <= error.start < error.end <= len(text) for error in result.errors)
    assert [reference.start for reference in result.references] == sorted(
        reference.start for reference in result.references
    )


@given(st.text(st.characters(exclude_characters="$")))
def test_a_text_without_a_dollar_sign_is_returned_unchanged(text: str) -> None:
    assert interpolate(text, VALUES).value is text


@given(st.text())
def test_doubled_dollar_signs_give_the_text_back(text: str) -> None:
    result = interpolate(text.replace("$", "$$"), {})
    assert (result.value, result.references, result.errors) == (text, (), ())


@given(st.lists(st.lists(PIECES, max_size=12).map("".join), min_size=12, max_size=12))
@settings(max_examples=10, deadline=None)
def test_random_texts_are_judged_as_compose_judges_them(oracle: ComposeOracle, texts: list[str]) -> None:
    texts = ["$A", *(text for text in texts if "$" in text)]
    results = {text: interpolate(text, VALUES) for text in texts}
    good = [text for text in texts if not results[text].errors]
    theirs = oracle.config(labels(good), env_file=DOTENV).project["services"]["a"].get("labels") or {}
    assert [results[text].value.replace("$", "$$") for text in good] == [theirs[f"l{n}"] for n in range(len(good))]
    for text in [text for text in texts if results[text].errors][:3]:
        assert not oracle.config(labels([text]), env_file=DOTENV, options=("-q",)).accepted, text
