"""The rule reference: every rule, and whole."""

import re

import pytest
from markdown_it import MarkdownIt

from stacks.reports.rule_pages import FAMILIES, INDEX, MARK, NEEDS, rule_pages
from stacks.rules.registry import all_rules
from stacks.services import rules as shown_in_the_browser
from tests.reports.building import RULE

PAGES = rule_pages(all_rules())


def test_every_rule_has_its_section_and_its_row() -> None:
    for rule in all_rules():
        page = PAGES[f"{rule.family.lower()}.md"]
        assert page.count(f'<a id="{rule.code.lower()}"></a>\n\n## {rule.code}: {rule.title}\n') == 1
        assert rule.url in page
        assert f"[{rule.code}]({rule.family.lower()}.md#{rule.code.lower()})" in PAGES[INDEX]
    assert set(PAGES) == {INDEX, *(f"{rule.family.lower()}.md" for rule in all_rules())}


def test_every_wrong_example_shows_what_is_said_of_it() -> None:
    for name, page in PAGES.items():
        for example in page.split("\nWrong:\n")[1:]:
            said = example.split("\nRight:\n")[0]
            assert re.search(r"^> (Line|\S+, line) \d+: ", said, re.M), (name, said[:400])


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_whole_markdown(name: str) -> None:
    """Fences are closed, tables have four columns, links to sections lead somewhere."""
    text = PAGES[name]
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    assert text.startswith(MARK) and text.endswith("\n") and "\n\n\n" not in re.sub(r"```.*?```", "x", text, flags=re.S)
    assert {len(row.split(" | ")) for row in re.findall(r"^\| .* \|$", text, re.M)} == {4}
    assert {token.info for token in tokens if token.type == "fence"} <= {"yaml", "console", "toml", "ini", "json", ""}
    for file, anchor in re.findall(r"\]\(([a-z]*(?:\.md)?)#([a-z0-9]+)\)", text):
        assert f'<a id="{anchor}"></a>' in (PAGES[file] if file else text)


def test_a_rule_made_by_hand() -> None:
    """A family that has no name yet, and an example that nothing is said of."""
    pages = rule_pages([RULE._replace(code="ZZZ901", title="A | B")])
    assert "# ZZZ: ZZZ\n" in pages["zzz.md"] and "| A \\| B | error | compose |" in pages["zzz.md"]
    assert "needs a host whose GPUs are known and a host" in pages["zzz.md"]
    assert "1 rules in 1 families" in pages[INDEX]


def test_families_are_called_the_same_in_the_browser() -> None:
    assert (FAMILIES, NEEDS) == (shown_in_the_browser.FAMILIES, shown_in_the_browser.NEEDS)
    assert {rule.family for rule in all_rules()} <= set(FAMILIES)
