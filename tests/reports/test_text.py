"""The text report: every line of it, since people read every line."""

import pytest

from stacks.compose.source import SourceText, Span
from stacks.reports.excerpt import underlined_lines
from stacks.reports.text import render_text
from stacks.reports.visible import cells, visible
from stacks.rules.checker import LayerRun
from stacks.rules.findings import Layer, Severity
from tests.reports.building import LAYERS, TEXT, checked, diagnostic, span_of

WHOLE = """\
compose.yaml:5:9: error[DEV901]: both `count` and `device_ids` are set
   |
 5 |       - count: 1
   |         ^^^^^
   |
 6 |         device_ids: ["0"]
   |         ---------- the ids are here
   = help: keep one of them
   = fix available: remove `count`

compose.yaml: 1 error, no warning; `gpu-compose fix` repairs 1
checked: yaml, schema, compose, gpu, practice
not checked: host (no host is chosen)
"""


def test_whole_report() -> None:
    found = diagnostic(TEXT, "count", related="device_ids", fix=("remove `count`", "", True))
    assert render_text([checked(TEXT, [found])]) == WHOLE


def test_clean_report_says_what_was_checked() -> None:
    layers = (*LAYERS[:4], LayerRun(Layer.HOST, True, "node-7; nvml snapshot of 2026"), LAYERS[5])
    assert render_text([checked(TEXT, layers=layers)]) == (
        "compose.yaml: no error, no warning\n"
        "checked: yaml, schema, compose, gpu, host, practice\n"
        "checked host against node-7; nvml snapshot of 2026\n"
    )


def test_several_files_end_with_a_total() -> None:
    first = checked(TEXT, [diagnostic(TEXT, "count"), diagnostic(TEXT, "train", severity=Severity.INFO)], path="a.yaml")
    second = checked(TEXT, [diagnostic(TEXT, "train", severity=Severity.WARNING)], path="b.yaml")
    text = render_text([first, second])
    assert "b.yaml:2:3: warning[DEV901]" in text
    assert text.endswith("\n\nin all: 1 error, 1 warning, 1 remark\n")


def test_suppressed_codes_are_named() -> None:
    text = render_text([checked(TEXT, suppressed=[diagnostic(TEXT, "count")])])
    assert "suppressed by comments: DEV901\n" in text


@pytest.mark.parametrize(
    ("safe", "said"),
    [
        ([True, True], "; `gpu-compose fix` repairs 2\n"),
        ([True, False], "; `gpu-compose fix` repairs 1 and 1 more with --unsafe\n"),
        ([False], "; `gpu-compose fix` repairs 1 with --unsafe\n"),
    ],
)
def test_repairs_are_counted(safe: list[bool], said: str) -> None:
    found = [diagnostic(TEXT, "count", fix=("remove it", "", each)) for each in safe]
    text = render_text([checked(TEXT, found)])
    assert said in text
    assert text.count("applied with --unsafe only") == safe.count(False)


def test_colour_is_asked_for() -> None:
    found = diagnostic(TEXT, "count", related="device_ids")
    plain, coloured = render_text([checked(TEXT, [found])]), render_text([checked(TEXT, [found])], colour=True)
    assert "\x1b" not in plain and "\x1b[1;31merror[DEV901]\x1b[0m" in coloured
    assert "\x1b[1;31m^^^^^\x1b[0m" in coloured


def test_gutter_is_as_wide_as_the_greatest_line_number() -> None:
    text = "a: 1\n" * 8 + "first: 1\nsecond: 2\n"
    lines = render_text([checked(text, [diagnostic(text, "second", related="first")])]).splitlines()
    assert lines[1:4] == ["    |", " 10 | second: 2", "    | ^^^^^^"]
    assert lines[5:7] == ["  9 | first: 1", "    | ----- the ids are here"]


def test_control_characters_of_the_file_do_not_reach_the_terminal() -> None:
    text = 'a: "\x1b]0;owned\x07 \u202egnp.exe"\n'
    found = diagnostic(text, "owned", message="`\x1b[2J` is set\n", hint="a\u2028b", path=())
    shown = render_text([checked(text, [found], path="\x1b[31m.yaml")])
    assert not set(shown) & {"\x1b", "\x07", "\u202e", "\u2028"}
    assert "␛[31m.yaml:1:" in shown and "`␛[2J` is set" in shown


def excerpt(text: str, part: str) -> list[tuple[int | None, str, str]]:
    return list(underlined_lines(SourceText(text), span_of(text, part), "^"))


@pytest.mark.parametrize(
    ("text", "part", "shown", "underline"),
    [
        ("a: b", "b", "a: b", "   ^"),
        ("\ta: b", "b", "    a: b", "       ^"),
        ("ab\tc: d", "c", "ab  c: d", "    ^"),
        ("画像: 東京 # x", "東京", "画像: 東京 # x", "      ^^^^"),
        ("e\u0301: b", "b", "e\u0301: b", "   ^"),
        ("🚀: b", "b", "🚀: b", "    ^"),
        ("a: \x1bb", "b", "a: ␛b", "    ^"),
        ("a: b   ", "b   ", "a: b", "   ^^^^"),
        ("a: b\r", "b", "a: b", "   ^"),
    ],
)
def test_underline_stands_under_its_text(text: str, part: str, shown: str, underline: str) -> None:
    assert excerpt(text, part) == [(1, shown, underline)]


def test_empty_range_still_has_a_caret() -> None:
    source = SourceText("a: 1\n")
    assert list(underlined_lines(source, Span(1, 1), "^")) == [(1, "a: 1", " ^")]
    assert list(underlined_lines(source, Span(5, 5), "^")) == [(2, "", "^")]
    assert list(underlined_lines(SourceText(""), Span(0, 0), "^")) == [(1, "", "^")]


def test_span_over_lines_is_underlined_on_each() -> None:
    assert excerpt("a:\n  b: |\n    c\n\n    d\ne: 1\n", "b: |\n    c\n\n    d") == [
        (2, "  b: |", "  ^^^^"),
        (3, "    c", "    ^"),
        (4, "", "^"),
        (5, "    d", "    ^"),
    ]


def test_long_span_is_shown_by_its_ends() -> None:
    text = "a:\n" + "".join(f"  k{number}: v\n" for number in range(9))
    assert excerpt(text, text.rstrip("\n")) == [(1, "a:", "^^"), (None, "…", ""), (10, "  k8: v", "  ^^^^^")]


def test_long_line_is_cut_around_its_range() -> None:
    text = "a: " + "x" * 500 + "HERE" + "y" * 500
    ((number, shown, underline),) = excerpt(text, "HERE")
    assert number == 1 and len(shown) == 162 and shown[0] == shown[-1] == "…"
    assert shown[underline.index("^") : len(underline)] == "HERE"
    assert underline.count("^") == 4


def test_cells_give_a_width_to_every_character() -> None:
    assert cells("a\tb") == (["a", "   ", "b"], [1, 3, 1])
    assert cells("plain")[1] == [1] * 5


def test_visible_keeps_ordinary_text() -> None:
    assert visible("größer – 東京 🚀") == "größer – 東京 🚀"
    assert visible("a\x00b\x85\x7f\tc") == "a␀b\ufffd\ufffd c"
