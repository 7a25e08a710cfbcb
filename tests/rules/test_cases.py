"""Every rule against its cases and its own examples."""

import re
from pathlib import Path

import pytest

from stacks.rules.checker import Report, check_text
from stacks.rules.findings import Severity
from stacks.rules.fixer import fix_all
from stacks.rules.registry import Rule, all_rules
from tests.rules.case_files import CASES, Case, case_paths, load_case

RULES = all_rules()


def identify(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def run(case: Case) -> Report:
    exists = None if case.files is None else case.file_exists
    return check_text(case.text, case.environment, case.host, exists, case.read)


def found(report: Report, case: Case) -> list[tuple[str, int]]:
    """What counts in a case: its own rule, the codes that it names, and every error of any rule."""
    named = {code for code, _ in case.expected} | {case.code}
    position = report.document.source.position
    return sorted(
        (each.code, position(each.span.start).line)
        for each in report.diagnostics
        if each.code in named or each.severity is Severity.ERROR
    )


@pytest.mark.parametrize("path", case_paths("fail"), ids=identify)
def test_failing_case(path: Path) -> None:
    case = load_case(path)
    assert case.code in {code for code, _ in case.expected}, "a failing case must expect its own rule"
    assert found(run(case), case) == case.expected


@pytest.mark.parametrize("path", case_paths("pass"), ids=identify)
def test_passing_case(path: Path) -> None:
    case = load_case(path)
    assert found(run(case), case) == case.expected
    assert case.code not in {code for code, _ in case.expected}


@pytest.mark.parametrize("path", case_paths("fail"), ids=identify)
def test_fix_of_case(path: Path) -> None:
    """Fixing gives the reviewed file beside the case, adds no error, and has nothing left to do the second time."""
    case = load_case(path)
    before = run(case)
    fixable = [each for each in before.diagnostics if each.code == case.code and each.fix is not None]
    golden = path.with_suffix(".fixed.yaml")
    if not fixable:
        assert not golden.exists(), "no fix is offered, but a fixed file lies there"
        return
    exists = None if case.files is None else case.file_exists
    result = fix_all(case.text, case.environment, case.host, exists, unsafe=True, codes={case.code}, read=case.read)
    assert golden.exists(), f"review and add {golden.name}:\n{result.text}"
    assert result.text == golden.read_text(encoding="utf-8")
    assert sorted({each.code for each in result.report.diagnostics if each.severity is Severity.ERROR}) <= sorted(
        {each.code for each in before.diagnostics if each.severity is Severity.ERROR}
    )
    again = fix_all(result.text, case.environment, case.host, exists, unsafe=True, codes={case.code}, read=case.read)
    assert again.text == result.text


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_rule_is_whole(rule: Rule) -> None:
    """A rule has an explanation, a source, both kinds of cases, and its file's name."""
    assert rule.title[0].isupper() and not rule.title.endswith(".")
    assert rule.url.startswith("https://")
    assert len(rule.explanation.split("```")[0].strip()) > 80
    assert rule.check.__module__ == f"stacks.rules.{rule.family.lower()}.{rule.check.__name__}"
    kinds = {path.name.split("-")[0] for path in (CASES / rule.code).glob("*.yaml")}
    assert kinds >= {"fail", "pass"}, f"{rule.code} needs fail- and pass- cases"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_examples_of_rule(rule: Rule) -> None:
    """The fenced examples are true: bad ones are reported, good ones are free of this rule and of any error."""
    examples = re.findall(r"```yaml (bad|good)\n(.*?)```", inspect_clean(rule.explanation), re.DOTALL)
    assert {kind for kind, _ in examples} == {"bad", "good"}
    for kind, text in examples:
        case = load_example(text)
        codes = {each.code for each in run(case).diagnostics}
        errors = {each.code for each in run(case).diagnostics if each.severity is Severity.ERROR}
        if kind == "bad":
            assert rule.code in codes, text
        else:
            assert rule.code not in codes and not errors, (text, codes)


def inspect_clean(docstring: str) -> str:
    import inspect

    return inspect.cleandoc(docstring)


def load_example(text: str) -> Case:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "example.yaml"
        path.write_text(text, encoding="utf-8")
        return load_case(path)
