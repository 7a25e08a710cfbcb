"""`gpu-compose rules --write`: the rule reference as files, and those of docs/rules as fresh as the rules."""

from pathlib import Path

from stacks.reports.rule_pages import MARK, rule_pages
from stacks.rules.registry import all_rules
from tests.cli.conftest import Call

DOCS = Path(__file__).resolve().parent.parent.parent / "docs" / "rules"
PAGES = rule_pages(all_rules())


def test_the_command_writes_them_and_takes_old_ones_away(call: Call, tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "rules"
    folder.mkdir(parents=True)
    (folder / "old.md").write_text(MARK, encoding="utf-8")
    (folder / "mine.md").write_text("# Mine\n", encoding="utf-8")
    answer = call("rules", "--write", str(folder))
    assert (answer.code, answer.out) == (0, "") and f"{len(all_rules())} rules" in answer.err
    assert {path.name for path in folder.iterdir()} == {*PAGES, "mine.md"}
    assert all((folder / name).read_text(encoding="utf-8") == text for name, text in PAGES.items())
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert call("rules", "--write", str(tmp_path / "file")).code == 2


def test_the_reference_is_as_fresh_as_the_rules() -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in DOCS.iterdir()}
    stale = sorted(name for name in {*PAGES, *written} if PAGES.get(name) != written.get(name))
    assert not stale, "run `gpu-compose rules --write docs/rules`"
