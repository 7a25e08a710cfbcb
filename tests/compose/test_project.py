"""Projects: bases and includes of other files, their folders and variables, circles, and bounds."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stacks.compose import editing
from stacks.compose.gpu_requests import in_steps
from stacks.compose.layout import EditError
from stacks.compose.project import Project
from stacks.compose.project_loading import MOST_FILES
from stacks.compose.project_parts import SourceFile
from stacks.compose.schema import general_problems
from stacks.compose.source import TextEdit
from stacks.reports.projects import checked_files
from stacks.rules.checker import check_document, check_text
from stacks.rules.findings import Layer, Severity
from stacks.rules.fixer import fix_report
from tests.compose.projects import PROJECTS
from tests.oracle import ComposeOracle

REFUSING = (Layer.YAML, Layer.SCHEMA, Layer.COMPOSE)
ENVIRONMENT = {"PWD": "/home/user/project", "HOME": "/home/user", "PATH": "/bin", "COMPOSE_PROJECT_NAME": "project"}


def load(files: dict[str, str], *named: str) -> Project:
    sources = [SourceFile(name, files[name]) for name in named or ["a.yaml"]]
    return Project(sources, ENVIRONMENT, files.get)


def errors(whole: Project, files: dict[str, str]) -> list[tuple[str, str, int]]:
    found = []
    for each in check_document(whole, None, lambda path: path in files).diagnostics:
        if each.severity is Severity.ERROR and each.layer in REFUSING:
            place = whole.place(each.span.start)
            found.append((each.code, place.path, place.line))
    return found


@pytest.mark.parametrize("name", PROJECTS)
def test_verdicts(name: str) -> None:
    files = PROJECTS[name]
    assert bool(errors(load(files), files)) == name.startswith("!")


def test_verdicts_are_those_of_compose(oracle: ComposeOracle) -> None:
    for name, files in PROJECTS.items():
        assert oracle.config_of(["a.yaml"], files, ("-q",)).accepted != name.startswith("!"), name


def data_of(whole: Project, service: str) -> Any:
    data: Any = whole.data
    return data["services"][service]


def test_a_base_is_merged_in_its_long_form() -> None:
    whole = load(PROJECTS["a base of another file"])
    assert data_of(whole, "s") == {"image": "x", "gpus": [{"count": "all"}, {"count": 1}], "ports": ["80:80"]}


def test_a_base_of_the_same_file_is_merged_as_it_is_written() -> None:
    text = "include: [b.yaml]\nservices:\n  b: {image: x, gpus: all}\n  s: {extends: b, gpus: [{count: 1}]}\n"
    whole = load({"a.yaml": text, "b.yaml": ""})
    assert data_of(whole, "s")["gpus"] == [{"count": 1}]


def test_reset_in_a_service_that_extends_takes_from_the_base_and_from_the_files_before() -> None:
    files = {
        "a.yaml": "services:\n  s: {image: x, gpus: all, command: run}\n",
        "b.yaml": "services:\n  t: {gpus: all, command: walk}\n  s: {extends: t, gpus: !reset }\n",
    }
    assert data_of(load(files, "a.yaml", "b.yaml"), "s") == {"image": "x", "command": "walk"}


def test_override_in_a_service_that_extends_counts_against_the_files_before() -> None:
    files = {
        "a.yaml": "services:\n  s: {image: x, gpus: [{count: 1}]}\n",
        "b.yaml": "services:\n  t: {gpus: [{count: 2}]}\n  s: {extends: t, gpus: !override [{count: 3}]}\n",
    }
    assert data_of(load(files, "a.yaml", "b.yaml"), "s")["gpus"] == [{"count": 3}]


def test_a_base_is_looked_for_in_its_own_file_alone() -> None:
    files = {"a.yaml": "services: {s: {image: x}}\n", "b.yaml": "services: {t: {image: y, extends: s}}\n"}
    assert errors(load(files, "a.yaml", "b.yaml"), files) == [("COM037", "b.yaml", 1)]


def test_an_earlier_file_does_not_see_what_a_later_one_does_to_a_base() -> None:
    files = {
        "a.yaml": "services:\n  b: {image: x}\n  s: {extends: {service: b, file: a.yaml}}\n",
        "b.yaml": "services:\n  b: {restart: always}\n",
    }
    whole = load(files, "a.yaml", "b.yaml")
    assert (data_of(whole, "s"), data_of(whole, "b")) == ({"image": "x"}, {"image": "x", "restart": "always"})


def test_a_fault_of_an_earlier_file_stays_one_when_a_later_file_takes_it_away() -> None:
    files = {
        "a.yaml": "services:\n  s:\n    image: x\n    shm_size: [1]\n",
        "b.yaml": "services:\n  s:\n    shm_size: !override 1g\n",
    }
    whole = load(files, "a.yaml", "b.yaml")
    assert [whole.place(each.span.start)[:2] for each in general_problems(whole)] == [("a.yaml", 4)]


def test_what_a_file_lacks_may_be_in_another_one() -> None:
    files = {
        "a.yaml": "services: {s: {volumes: ['v:/v'], depends_on: {t: {condition: service_started}}}, t: {image: x}}\n",
        "b.yaml": "services: {s: {image: x, depends_on: {t: {required: false}}}}\nvolumes: {v: }\n",
    }
    assert errors(load(files, "a.yaml", "b.yaml"), files) == []


def test_files_without_content_are_no_fault_among_others() -> None:
    files = {"a.yaml": "# nothing\n", "b.yaml": "services: {s: {image: x}}\n", "c.yaml": ""}
    assert errors(load(files, "a.yaml", "b.yaml", "c.yaml"), files) == []
    assert errors(load(files, "a.yaml", "c.yaml"), files)[0][0] == "COM004"


def test_paths_of_findings_are_those_of_the_merged_data() -> None:
    files = {
        "a.yaml": "services:\n  s:\n    image: x\n    gpus:\n      - count: 1\n",
        "b.yaml": "services:\n  s:\n    gpus:\n      - count: 2\n",
    }
    whole = load(files, "a.yaml", "b.yaml")
    at = whole.text.index("count: 2")
    assert whole.path_at(at) == ("services", "s", "gpus", 1, "count")
    assert whole.place(at) == ("b.yaml", 4, 9)
    assert whole.layer_at(at) != whole.layer_at(whole.text.index("count: 1"))


# -- edits


EDITED = {
    "a.yaml": "services:\n  s:\n    image: x\n    gpus:\n      - count: 1\n    shm_size: 1g\n",
    "b.yaml": "services:\n  s:\n    gpus:\n      - count: 2\n        driver: nvidia\n    shm_size: 2g\n",
}


def after(whole: Project, edits: tuple[TextEdit, ...]) -> dict[str, str]:
    """The texts that edits change, by their paths."""
    return {path: text for path, text in whole.with_edits(edits).texts.items() if text != whole.texts[path]}


def test_edits_are_made_where_the_value_is_written() -> None:
    whole = load(EDITED, "a.yaml", "b.yaml")
    path = ("services", "s", "gpus")
    assert after(whole, editing.set_value(whole, (*path, 0, "count"), 3)) == {
        "a.yaml": EDITED["a.yaml"].replace("count: 1", "count: 3")
    }
    assert after(whole, editing.delete(whole, (*path, 1, "driver"))) == {
        "b.yaml": EDITED["b.yaml"].replace("        driver: nvidia\n", "")
    }
    assert after(whole, editing.set_value(whole, ("services", "s", "shm_size"), "4g")) == {
        "b.yaml": EDITED["b.yaml"].replace("2g", "4g")
    }
    assert after(whole, editing.set_value(whole, ("services", "s", "ipc"), "host")) == {
        "b.yaml": EDITED["b.yaml"] + "    ipc: host\n"
    }
    assert after(whole, editing.rename_key(whole, ("services", "s", "image"), "images")) == {
        "a.yaml": EDITED["a.yaml"].replace("image:", "images:")
    }


def test_edits_in_steps_come_to_one_replacement_in_each_file() -> None:
    whole = load(EDITED, "a.yaml", "b.yaml")
    path = ("services", "s", "gpus")
    edits = in_steps(
        whole,
        lambda step: editing.delete(step, (*path, 1, "count")),
        lambda step: editing.set_value(step, (*path, 0, "count"), 2),
        lambda step: editing.set_value(step, (*path, 1, "device_ids"), ["0"]),
    )
    assert len(edits) == 2
    assert after(whole, edits) == {
        "a.yaml": EDITED["a.yaml"].replace("count: 1", "count: 2"),
        "b.yaml": EDITED["b.yaml"].replace(
            "count: 2\n        driver: nvidia", 'driver: nvidia\n        device_ids: ["0"]'
        ),
    }


def test_what_two_files_give_is_not_edited_as_one() -> None:
    whole = load(EDITED, "a.yaml", "b.yaml")
    with pytest.raises(EditError, match="several files"):
        editing.delete(whole, ("services", "s", "gpus"))


def test_what_a_later_document_gives_is_not_edited() -> None:
    whole = load({"a.yaml": "services: {s: {image: x}}\n---\nservices: {s: {shm_size: 1g}}\n"})
    with pytest.raises(EditError, match="document"):
        editing.set_value(whole, ("services", "s", "shm_size"), "2g")


def test_fixes_go_to_the_named_files_alone() -> None:
    files = {
        "a.yaml": "services:\n  s:\n    extends: {service: b, file: b.yaml}\n    restat: always\n",
        "b.yaml": "services:\n  b:\n    image: x\n    shm_sizes: 1g\n",
    }
    fixed = fix_report(check_document(load(files)), codes=["COM010"])
    assert fixed.texts == {"a.yaml": files["a.yaml"].replace("restat", "restart")}
    assert [(each.code, each.path, each.line) for each in fixed.applied] == [("COM010", "a.yaml", 4)]
    assert [each.code for each in fixed.report.diagnostics if each.code == "COM010"] == ["COM010"]


# -- bounds


def test_files_that_include_ever_more_are_left_at_some_point() -> None:
    files = {f"{n}.yaml": f"include: [{n + 1}.yaml]\nservices: {{s{n}: {{image: x}}}}\n" for n in range(300)}
    whole = Project([SourceFile("0.yaml", files["0.yaml"])], {}, files.get)
    assert len(whole.parts) == MOST_FILES


def test_doubling_includes_come_to_an_end() -> None:
    files = {
        f"{n}{side}.yaml": f"include: [{n + 1}a.yaml, {n + 1}b.yaml]\nservices: {{s{n}{side}: {{image: x}}}}\n"
        for n in range(40)
        for side in "ab"
    }
    whole = Project([SourceFile("0a.yaml", files["0a.yaml"])], {}, files.get)
    assert len(whole.parts) <= MOST_FILES


def test_a_long_chain_of_bases_is_left_at_some_point() -> None:
    chain = "".join(f"  s{n}: {{extends: {{service: s{n + 1}, file: a.yaml}}}}\n" for n in range(500))
    text = f"services:\n{chain}  s500: {{image: x}}\n"
    assert load({"a.yaml": text}).service("s0") is not None


def test_what_lies_elsewhere_is_not_read() -> None:
    asked: list[str] = []

    def read(path: str) -> None:
        asked.append(path)

    text = "include: ['https://example.org/a.yaml', 'git@example.org:a/b.git', 'oci://example.org/a']\n"
    check_text(f"{text}services: {{s: {{image: x}}}}\n", None, None, None, read)
    assert asked == []


_LINES = st.sampled_from(
    [
        *(
            "services:",
            "  a:",
            "  b:",
            "    image: x:1",
            "    gpus: all",
            "    gpus: [{count: 1}]",
            "    gpus: !reset",
            "---",
        ),
        *(
            "    gpus:",
            "      - count: 1",
            "      - device_ids: ['0', '0']",
            "        driver: nvidia",
            "include: [b.yaml]",
        ),
        *(
            "    extends: b",
            "    extends: {service: a, file: b.yaml}",
            "    environment: {A: b}",
            "    environment: [A=c]",
        ),
        *(
            "    environment: &e",
            "      A: $B",
            "    <<: *e",
            "    ports: !override ['80:80']",
            "    ports: ['80-82:80-82']",
        ),
        *(
            "    command: a",
            "    foo: bar",
            "volumes: {v: }",
            "    volumes: ['v:/v']",
            "  # gpu-compose: ignore[COM010]",
            "",
        ),
    ]
)
_TEXTS = st.lists(_LINES, max_size=12).map(lambda lines: "".join(f"{line}\n" for line in lines))


@settings(max_examples=150, deadline=None)
@given(first=_TEXTS, second=_TEXTS, newline=st.sampled_from(["\n", "\r\n"]))
def test_whatever_two_files_hold(first: str, second: str, newline: str) -> None:
    """Every finding has its place in one file, and repairs add no error to either."""
    files = {"a.yaml": first.replace("\n", newline), "b.yaml": second}
    for named in (["a.yaml"], ["a.yaml", "b.yaml"]):
        report = check_document(load(files, *named), None, lambda path: path in files)
        for file in checked_files(report, lambda path: path):
            text = file.report.document.source.text
            assert text == files[file.path]
            for each in (*file.report.diagnostics, *file.report.suppressed):
                assert 0 <= each.span.start <= each.span.end <= len(text)
        fixed = fix_report(report, None, lambda path: path in files, unsafe=True)
        assert fixed.report.errors <= report.errors
        assert list(fixed.texts) == named
