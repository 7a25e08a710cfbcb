"""One style of words in every rule: what the user reads is the same wherever it comes from."""

import re
from functools import cache
from pathlib import Path

import pytest

from stacks import facts
from stacks.rules.checker import Report
from stacks.rules.findings import Diagnostic, Layer
from stacks.rules.registry import Rule, all_rules
from tests.rules.case_files import Case, case_paths, load_case
from tests.rules.test_cases import inspect_clean, load_example, run

RULES = all_rules()
LONGEST = 300  # characters of a message or hint: it is read at one look
WORD = re.compile(r"[A-Za-z_][\w./:@=-]{3,}")
LETTERS = re.compile(r"[A-Za-z][\w.-]*")
ORDINARY = {"host", "none"}  # values that a sentence may say without meaning them
BACKTICKED = re.compile(r"`[^`]*`")


@cache
def proper_names() -> frozenset[str]:
    """First words that keep their capital: of the tools that messages speak of, and of images, servers and models."""
    tools = {"Compose", "Docker", "Swarm", "Jupyter"}
    tables = "\n".join(path.read_text(encoding="utf-8") for path in Path(facts.__file__).parent.glob("*.toml"))
    return frozenset(tools | set(re.findall(r'(?<!\w)(?:name|title) = "([A-Z][\w.-]*)', tables)))


def is_lower_or_name(text: str) -> bool:
    """Whether a text begins in lower case, or with a proper name: one of the known, or a word such as `CUDA`."""
    word = LETTERS.match(text)
    return word is None or word[0][0].islower() or word[0] in proper_names() or sum(map(str.isupper, word[0])) > 1


def faults(diagnostic: Diagnostic, report: Report) -> list[str]:
    """What is against the house's style in the words of one finding."""
    message, hint, fix = diagnostic.message, diagnostic.hint, diagnostic.fix
    related = [each.message for each in diagnostic.related]
    title = fix.title if fix else ""
    found = {
        "a message begins in lower case, and so does what stands beside a related place": not all(
            map(is_lower_or_name, [message, *related])
        ),
        "what Compose refuses is said so, first": diagnostic.layer in (Layer.SCHEMA, Layer.COMPOSE)
        and not message.startswith("Docker Compose will refuse "),
        "a message ends without a period": any(text.endswith((".", "!", "?")) for text in [message, *related]),
        "a hint begins with a capital and ends with a period": bool(hint)
        and not (hint[0].isupper() and hint.endswith((".", "?"))),
        "a hint is there where no fix is": not hint and fix is None,
        "a fix is a lower-case imperative without a period": title.endswith(".") or title[:1].isupper(),
        "nobody is asked politely": "please" in f"{message} {hint} {title}".lower(),
        "no two spaces, no line break": any(re.search(r"  |\n", part) for part in _outside([message, hint, title])),
        "no empty backticks": any("``" in BACKTICKED.sub("", text) for text in (message, hint, title)),
        "not too long": max(map(len, (message, hint))) > LONGEST,
        "the value stands in backticks": is_bare(value(diagnostic, report), message),
    }
    return [what for what, wrong in found.items() if wrong]


def _outside(texts: list[str]) -> list[str]:
    """The texts without what they quote from the user's file."""
    return [BACKTICKED.sub("`…`", text) for text in texts]


def value(diagnostic: Diagnostic, report: Report) -> str:
    """The value at fault, as it is written; empty for a key, and where the place is more than a word."""
    source, end = report.document.source, diagnostic.span.end
    text = source.slice(diagnostic.span).strip("\"'")
    return text if source.text[end : end + 1] != ":" and text not in ORDINARY and WORD.fullmatch(text) else ""


def is_bare(word: str, message: str) -> bool:
    """Whether a message names the word, but never in backticks."""
    whole = re.compile(rf"(?<![\w./-]){re.escape(word)}(?![\w/-])")
    return bool(word) and bool(whole.search(message)) and not any(word in each for each in BACKTICKED.findall(message))


def check(case: Case) -> list[tuple[str, str, list[str]]]:
    report = run(case)
    judged = [(each.code, f"{each.message} | {each.hint}", faults(each, report)) for each in report.diagnostics]
    return [each for each in judged if each[2]]


@pytest.mark.parametrize("code", [rule.code for rule in RULES])
def test_words_of_findings_in_cases(code: str) -> None:
    """Every finding of every case file, of whichever rule, keeps to the style."""
    paths = [path for kind in ("fail", "pass") for path in case_paths(kind) if path.parent.name == code]
    assert [found for path in paths for found in check(load_case(path))] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_words_of_findings_in_examples(rule: Rule) -> None:
    examples = re.findall(r"```yaml (?:bad|good)\n(.*?)```", inspect_clean(rule.explanation), re.DOTALL)
    assert [found for text in examples for found in check(load_example(text))] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_words_of_rule(rule: Rule) -> None:
    """A title states the fault, in one line; the explanation is whole sentences."""
    prose = inspect_clean(rule.explanation).split("```")[0].strip()
    assert len(rule.title) <= 90 and "  " not in rule.title
    assert "please" not in f"{rule.title} {prose}".lower()
    assert prose.endswith((".", ":", ")", "`"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [("this fails", True), ("`count` is 0", True), ("GPU 0", True), ("vLLM fails", True), ("This fails", False)],
)
def test_the_style_tells_names_from_sentences(text: str, expected: bool) -> None:
    assert is_lower_or_name(text) is expected


def test_a_value_without_backticks_is_seen() -> None:
    assert is_bare("nvdia", "no driver nvdia here")
    assert not is_bare("nvdia", "no driver `nvdia` here")
    assert not is_bare("", "no driver")
