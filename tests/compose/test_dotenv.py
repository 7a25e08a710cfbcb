""".env files, against the real Compose and by their own properties."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stacks.compose.dotenv import DotEnv, parse_dotenv
from tests.oracle import ComposeOracle

ACCEPTED = [
    "A=1\n",
    "A=1",
    "export A=1\n",
    "export  A=1\n",
    "exportA=1\n",
    "export=1\n",
    "A = 1\n",
    "  A=1\n",
    "A=1\n\tB=2\n",
    "A=1 # comment\n",
    "A=1#no comment\n",
    "A=# c\n",
    "A= # c\n",
    "A=\n",
    "A=''\n",
    'A=""\n',
    "A='x' # c\n",
    'A="x" # c\n',
    'A="x"y\n',
    'A="x" B=2\n',
    'A="a\nb"\nB=1\n',
    "A='a\nb'\n",
    'A="a\\nb"\n',
    "A='a\\nb'\n",
    "A=a\\nb\n",
    'A="a\\"b"\n',
    "A='a\\'b'\n",
    'A="a\\\\"\n',
    'A="a\\\\\\""\n',
    "A='a\\\\'\n",
    'A="\\t\\a\\b\\f\\v\\r\\c\\q"\n',
    'A="\\0101\\012\\0\\0777\\0001"\n',
    'A="\\x41\\u0041"\n',
    'A="\\\'"\n',
    "A='\\\"'\n",
    'A="\\$B"\n',
    "A='$B'\n",
    'A="\\\\$B"\n',
    'A="$"\n',
    "B=b\nA=$B\n",
    "B=b\nA=${B}-${C:-d}\n",
    'B=b\nA="$B"\n',
    "A=$$B\n",
    "A=${X}\n",
    "A=$(x)\n",
    "A: 1\n",
    "A : 1\n",
    "A:=1\n",
    "A==\n",
    "A\tB=1\n",
    "A-B=1\n",
    "A.B=1\n",
    "A[0]=1\n",
    "1A=1\n",
    "é=1\n",
    "A\u00a0=\u00a01\n",
    "A\n",
    "A\nB=1\n",
    "export A\nB=1\n",
    "export\nA=1\n",
    "# c\nA=1\n",
    "#A=1",
    "",
    "\n\nA=1\n\n",
    'A="1"\n#\nB=2',
    "A=1\r\nB='2'\r\n",
    "\ufeffA=1\n",
    "A=1\nA=2\n",
    "A=  x  \n",
    'A="  x  "\n',
    "A=x=y:z\n",
    "A=https://x/y#z\n",
    "A=a b c\n",
    "A=1;B=2\n",
    "A=`x`\n",
    "A=x\\\ny\n",
    'A="x\\\ny"\n',
    "HF_TOKEN=hf_abc\nMODEL=meta-llama/Llama-3.1-8B\nNVIDIA_VISIBLE_DEVICES=0,1\n",
]
REFUSED = [
    ("A B=1\n", 1, "space"),
    ("A B\n", 1, "space"),
    ("X=1\nA!=1\n", 2, "unexpected character `!`"),
    ("A/B=1", 1, "unexpected character `/`"),
    ("\n\n'A'=1\n", 3, "unexpected character"),
    ('A="x\nB=2\n', 1, "no closing quote"),
    ("A='x", 1, "no closing quote"),
    ("A='it''s'\n", 1, "unexpected character `'`"),
    ('A="a" "b"\n', 1, "unexpected character"),
    ("B=1\nA=${\n", 2, "is not a variable"),
    ('A="${"\n', 1, "is not a variable"),
    ("A=${X:?m}\n", 1, "required variable X is missing a value: m"),
    ('A="a\n${X?}"\n', 1, "required variable X"),
    ("A=1\n<<<<<<< HEAD\n", 2, "unexpected character `<`"),
    ("{}\n", 1, "unexpected character `{`"),
]


def services(texts: list[str]) -> tuple[str, dict[str, str]]:
    """A Compose file with one service per text that reads it as its `env_file`, and these files."""
    files = {f"{number}.env": text for number, text in enumerate(texts)}
    blocks = [f"  s{number}:\n    image: x\n    env_file: [{number}.env]\n" for number in range(len(texts))]
    return "services:\n" + "".join(blocks), files


def values_in_compose(oracle: ComposeOracle, texts: list[str]) -> list[dict[str, str]]:
    text, files = services(texts)
    project = oracle.config(text, project_files=files).project
    environments = [project["services"][f"s{number}"].get("environment") or {} for number in range(len(texts))]
    return [{key: value.replace("$$", "$") for key, value in found.items()} for found in environments]


def test_accepted_files_give_the_values_that_compose_reads(oracle: ComposeOracle) -> None:
    ours = [parse_dotenv(text) for text in ACCEPTED]
    assert [text for text, found in zip(ACCEPTED, ours, strict=True) if found.problems] == []
    theirs = values_in_compose(oracle, ACCEPTED)
    assert {text: found.values for text, found in zip(ACCEPTED, ours, strict=True)} == dict(
        zip(ACCEPTED, theirs, strict=True)
    )


@pytest.mark.parametrize(("text", "line", "message"), REFUSED)
def test_refused_files_are_refused_by_both(text: str, line: int, message: str, oracle: ComposeOracle) -> None:
    file, files = services([text])
    assert not oracle.config(file, project_files=files, options=("-q",)).accepted
    problem = parse_dotenv(text).problems[0]
    assert problem.line == line and message in problem.message


def test_it_is_read_the_same_way_beside_the_compose_file(oracle: ComposeOracle) -> None:
    text = "BASE=12\nTAG=\"${BASE}.4\" # quoted\nTAG='12.5'\n"
    answer = oracle.config('services:\n  a:\n    image: "x:${TAG}"\n', env_file=text)
    assert answer.project["services"]["a"]["image"] == f"x:{parse_dotenv(text).values['TAG']}"


def test_entries_know_their_places() -> None:
    text = "# head\nexport A = 'a b' # c\nB=x y # c\nINHERIT\nC=\"1\n2\"\n"
    found = parse_dotenv(text)
    assert [(entry.key, entry.value, entry.line) for entry in found.entries] == [
        ("A", "a b", 2),
        ("B", "x y", 3),
        ("INHERIT", None, 4),
        ("C", "1\n2", 5),
    ]
    assert [text[entry.key_start : entry.key_end] for entry in found.entries] == ["A", "B", "INHERIT", "C"]
    assert [text[entry.value_start : entry.value_end] for entry in found.entries] == ["'a b'", "x y", "", '"1\n2"']
    assert found.entries[2].inherited


def test_a_key_alone_takes_its_value_from_the_environment() -> None:
    environment = {"A": "outer"}.get
    assert parse_dotenv("A\nB\n", environment).values == {"A": "outer"}
    assert parse_dotenv("A\n").values == {}


def test_the_environment_goes_before_earlier_lines_in_a_variable() -> None:
    assert parse_dotenv("A=inner\nB=$A\n", {"A": "outer"}.get).values == {"A": "inner", "B": "outer"}


def test_of_duplicate_keys_the_last_holds_and_both_are_listed() -> None:
    found = parse_dotenv("A=1\nA=2\n")
    assert found.values == {"A": "2"}
    assert [entry.line for entry in found.entries] == [1, 2]


def test_all_problems_are_reported_and_the_rest_is_read() -> None:
    found = parse_dotenv("A!=1\nB=2\nC=${\nD=\"x\nE=3\n")  # fmt: skip
    assert [problem.line for problem in found.problems] == [1, 3, 4]
    assert found.values == {"B": "2", "E": "3"}


@pytest.mark.parametrize("text", ["=1\n", "A"], ids=["no-key", "key-without-line-end"])
def test_what_compose_files_under_an_empty_name_is_left_out(text: str) -> None:
    """Compose makes a variable without a name of these, which no container can have."""
    assert parse_dotenv(text).values == {}
    assert parse_dotenv(text).problems == ()


@pytest.mark.parametrize(
    "text",
    ['A="' + "x" * 500_000, "A!\n" * 50_000, "A='\nB=\"\n" * 20_000, "#\n" * 100_000, 'A="' + "\\" * 500_001],
    ids=["unclosed", "bad-keys", "quotes", "comments", "backslashes"],
)
def test_a_hostile_file_ends_at_once(text: str) -> None:
    start = time.process_time()
    assert isinstance(parse_dotenv(text), DotEnv)
    assert time.process_time() - start < 2


def test_values_that_double_with_each_line_are_stopped() -> None:
    found = parse_dotenv("A=xxxxxxxxxxxxxxxx\n" + "A=$A$A\n" * 100)
    assert "grow beyond" in found.problems[-1].message


LINES = st.sampled_from(
    ["A", "B", "=", ":", " ", "\t", "\n", "#", " #", '"', "'", "\\", "$", "${A}", "${X-d}", "1", "é", "export ", "\r\n"]
)


@given(st.lists(LINES, max_size=20).map("".join) | st.text(max_size=30))
@settings(max_examples=200)
def test_it_never_raises_and_its_places_lie_in_the_text(text: str) -> None:
    found = parse_dotenv(text)
    for entry in found.entries:
        assert text[entry.key_start : entry.key_end] == entry.key
        assert entry.key_end <= entry.value_start <= entry.value_end <= len(text)
        assert entry.line == text.count("\n", 0, entry.key_start) + 1
    for problem in found.problems:
        assert 0 <= problem.start <= problem.end <= len(text)
        assert problem.line == text.count("\n", 0, problem.start) + 1


@given(st.lists(st.lists(LINES, max_size=14).map(lambda parts: "".join(parts) + "\n"), min_size=12, max_size=12))
@settings(max_examples=10, deadline=None)
def test_random_files_are_judged_as_compose_judges_them(oracle: ComposeOracle, texts: list[str]) -> None:
    texts = ["A=1\n", *texts]
    found = {text: parse_dotenv(text) for text in texts}
    good = [text for text in texts if not found[text].problems]
    theirs = [{key: value for key, value in read.items() if key} for read in values_in_compose(oracle, good)]
    assert [found[text].values for text in good] == theirs
    for text in [text for text in texts if found[text].problems][:3]:
        file, files = services([text])
        assert not oracle.config(file, project_files=files, options=("-q",)).accepted, text
