"""What holds of every edit: the data after is what was asked, other lines stay, and what is undone is gone.

Expected data is made on plain copies here, not by the code under test. Texts are those of public files, where they lie
beside the repository, and small ones written in block and flow style, as lists and as maps.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from stacks.compose import editing
from stacks.compose.document import Document, parse_document
from stacks.compose.nodes import Mapping, Node, Scalar, Sequence, find
from stacks.compose.nodes import Path as NodePath
from stacks.compose.source import TextEdit, apply

_CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "dev"
PROBE = "x-added-by-test"
VALUES: tuple[Any, ...] = ("a: b # c", "0", 8, ["x", "22:22"], {"k": {"m": [1, True]}}, "two\nlines\n", None, [], {})


# Data, and places in it.


def plain(node: Node | None) -> Any:
    """The data before interpolation, nothing shared."""
    if node is None:
        return None
    if isinstance(node, Scalar):
        return node.value if node.interpolated is None else node.text
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return {name: plain(entry.value) for name, entry in node.effective.items()}


def data_of(text: str) -> Any:
    document = parse_document(text)
    assert document.is_complete, text
    return plain(document.root)


def strict(data: Any) -> Any:
    """The data so that `1`, `1.0` and `true` differ, keys in any order."""
    if isinstance(data, dict):
        return {key: strict(item) for key, item in data.items()}
    if isinstance(data, list):
        return [strict(item) for item in data]
    return (type(data).__name__, repr(data))


def at(data: Any, path: NodePath) -> Any:
    for step in path:
        data = data[step]
    return data


def collections_of(document: Document) -> Iterator[tuple[NodePath, Mapping | Sequence]]:
    """Every mapping and list that only one place of the text has: nothing above it or in it is shared."""
    pending: list[tuple[NodePath, Node]] = [] if document.root is None else [((), document.root)]
    while pending:
        path, node = pending.pop()
        if isinstance(node, Scalar) or node.anchor is not None or node.tag is not None:
            continue
        yield path, node
        if isinstance(node, Sequence):
            aliases = node.aliases or {}
            pending.extend(((*path, index), item) for index, item in enumerate(node.items) if index not in aliases)
            continue
        names = [entry.name for entry in node.entries]
        for entry in node.entries:
            if entry.alias is None and not entry.is_merge and names.count(entry.name) == 1:
                pending.append(((*path, entry.name), entry.value))


# Texts.


@pytest.fixture(scope="module")
def public_texts() -> dict[str, str]:
    if not _CORPUS.is_dir():
        pytest.skip("the corpus of public Compose files is not here")
    texts = {path.name: path.read_bytes().decode("utf-8", "surrogateescape") for path in sorted(_CORPUS.glob("*.yml"))}
    return {name: text for name, text in texts.items() if parse_document(text).is_complete}


KEYS = st.sampled_from(["image", "a", "b", "ports", "deploy", "environment", "x-y", "0"])
SCALARS = st.one_of(
    st.sampled_from(["x:1", "", "on", "22:22", "~", "a b", "#", "- x", "é", "${A:-b}", "it's", "8.0", "two\nlines"]),
    st.integers(-9, 99),
    st.booleans(),
    st.none(),
)
DATA = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)
SERVICES = st.dictionaries(st.sampled_from(["web", "train"]), st.dictionaries(KEYS, DATA, max_size=4), min_size=1)


def quoted(value: Any) -> str:
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    return "null" if value is None else str(value).lower()


def in_flow(data: Any) -> str:
    if isinstance(data, dict):
        return "{" + ", ".join(f"{quoted(key)}: {in_flow(item)}" for key, item in data.items()) + "}"
    if isinstance(data, list):
        return "[" + ", ".join(map(in_flow, data)) + "]"
    return quoted(data)


def in_block(data: Any, indent: int, step: int, is_flow: Callable[[], bool]) -> str:
    """What stands behind a key or dash: a block below it, or a value on its line."""
    if not data or not isinstance(data, dict | list) or is_flow():
        return f" {in_flow(data)}  # {indent}\n" if is_flow() else f" {in_flow(data)}\n"
    pad = " " * indent
    if isinstance(data, dict):
        parts = [f"{pad}{quoted(key)}:{in_block(item, indent + step, step, is_flow)}" for key, item in data.items()]
    else:
        parts = [f"{pad}-{in_block(item, indent + step, step, is_flow)}" for item in data]
    return f"\n{pad}# block\n" + "".join(parts)


@st.composite
def texts(draw: st.DrawFn) -> str:
    """A small file, in styles and indents of its own, with or without a last line break."""
    step, newline = draw(st.sampled_from([2, 4])), draw(st.sampled_from(["\n", "\n", "\r\n"]))
    body = in_block(draw(SERVICES), step, step, lambda: draw(st.integers(0, 3)) == 0)
    text = f"# top\nservices:{body}" + draw(st.sampled_from(["", "\n# end\n", "volumes:\n  v:\n"]))
    text = text if draw(st.booleans()) else text.rstrip("\n")
    return text.replace("\n", newline)


# The properties.


def after(text: str, edits: tuple[TextEdit, ...], expected: Any) -> str:
    result = apply(text, edits)
    assert strict(data_of(result)) == strict(expected), result
    return result


def changed_lines(before: str, result: str) -> tuple[int, int]:
    """The lines of `before`, from 0 and half open, that the edit replaced."""
    old, new = before.splitlines(keepends=True), result.splitlines(keepends=True)
    start = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    tail = zip(reversed(old[start:]), reversed(new[start:]), strict=False)
    same = next((n for n, (a, b) in enumerate(tail) if a != b), min(len(old), len(new)) - start)
    return start, len(old) - same


def assert_only_near(document: Document, node: Mapping | Sequence, path: NodePath, result: str) -> None:
    """Nothing changed outside of the lines of a collection, its key, and comments and blank lines below it."""
    text = document.text
    if not path or result == text:
        return
    start, end = changed_lines(text, result)
    lines = text.splitlines(keepends=True)
    first = document.source.position(_start(document, path, node)).line - 1
    last = document.source.position(max(node.start, node.end - 1)).line - 1
    while last + 1 < len(lines) and (not lines[last + 1].strip() or lines[last + 1].lstrip(" \t").startswith("#")):
        last += 1
    assert first <= start and end <= last + 1, (path, text, result)


def _start(document: Document, path: NodePath, node: Node) -> int:
    """Where the key stands, or the dash at the latest."""
    parent = find(document.root, *path[:-1])
    if isinstance(parent, Mapping) and isinstance(path[-1], str):
        return parent.effective[path[-1]].key.start
    if isinstance(parent, Sequence) and isinstance(path[-1], int):
        return parent.item_span(path[-1] - 1).end if path[-1] else parent.start
    return node.start


def add_and_remove(text: str, path: NodePath, value: Any) -> None:
    """A key or item that is added and taken away again leaves the text as it was, byte for byte."""
    document = parse_document(text)
    node = find(document.root, *path)
    assert isinstance(node, Mapping | Sequence)
    data = plain(document.root)
    if isinstance(node, Mapping):
        at(data, path)[PROBE] = value
        added = after(text, editing.set_value(document, (*path, PROBE), value), data)
        place: NodePath = (*path, PROBE)
    else:
        at(data, path).append(value)
        added = after(text, editing.append_item(document, path, value), data)
        place = (*path, len(node.items))
    assert_only_near(document, node, path, added)
    assert apply(added, editing.delete(parse_document(added), place)) == text


def some_of(places: list[Any], number: int) -> list[Any]:
    """At most so many, spread evenly."""
    return places[:: max(1, -(-len(places) // number))]


def test_what_is_added_to_a_public_file_can_be_taken_away(public_texts: dict[str, str]) -> None:
    """In mappings and lists that are not shared, the top of the file among them; the values go round."""
    tried, wrong = 0, []
    for name, text in public_texts.items():
        for path, _ in some_of(list(collections_of(parse_document(text))), 6):
            value, tried = VALUES[tried % len(VALUES)], tried + 1
            try:
                add_and_remove(text, path, value)
            except (AssertionError, editing.EditError) as error:
                wrong.append((name, path, value, str(error)[:200]))
    assert tried > 500 and wrong == []


@given(texts(), st.data())
@settings(max_examples=150, deadline=None)
def test_what_is_added_can_be_taken_away(text: str, data: st.DataObject) -> None:
    path, _ = data.draw(st.sampled_from(list(collections_of(parse_document(text)))))
    assume(path)
    add_and_remove(text, path, data.draw(DATA))


@given(texts(), st.data())
@settings(max_examples=150, deadline=None)
def test_a_change_gives_the_data_that_was_asked_for_and_touches_nothing_else(text: str, data: st.DataObject) -> None:
    change_and_compare(text, data)


def test_a_change_of_a_public_file_gives_what_was_asked_for(public_texts: dict[str, str]) -> None:
    names = sorted(name for name, text in public_texts.items() if len(text) < 8000)

    @given(st.sampled_from(names), st.data())
    @settings(max_examples=150, deadline=None)
    def compare(name: str, data: st.DataObject) -> None:
        change_and_compare(public_texts[name], data)

    compare()


def change_and_compare(text: str, data: st.DataObject) -> None:
    """Replace, insert, delete or rename something in one collection."""
    document = parse_document(text)
    filled = [(path, node) for path, node in collections_of(document) if path and plain(node)]
    assume(filled)
    path, node = data.draw(st.sampled_from(filled))
    wanted = plain(document.root)
    inside = at(wanted, path)
    step = data.draw(st.sampled_from(list(inside) if isinstance(inside, dict) else list(range(len(inside)))))
    place = (*path, step)
    assert isinstance(node, Mapping | Sequence)
    assume(not is_elsewhere(node))
    match data.draw(st.sampled_from(["set", "delete", "insert", "rename", "deepen"])):
        case "set":
            inside[step] = data.draw(DATA)
            edits = editing.set_value(document, place, inside[step])
        case "delete":
            del inside[step]
            edits = editing.delete(document, place)
        case "insert":
            assume(isinstance(inside, list))
            value = data.draw(DATA)
            inside.insert(step, value)
            edits = editing.insert_item(document, path, step, value)
        case "rename":
            assume(isinstance(inside, dict) and PROBE not in inside)
            inside[PROBE] = inside.pop(step)
            edits = editing.rename_key(document, place, PROBE)
        case _:
            assume(isinstance(inside, dict))
            inside[PROBE] = {"a": [{"b": 1}]}
            edits = editing.set_value(document, (*path, PROBE, "a", 0, "b"), 1)
    assert_only_near(document, node, path, after(text, edits, wanted))


def is_elsewhere(node: Node) -> bool:
    """Whether other text shares in what is below: by `<<` coming in, or by an anchor going out."""
    if isinstance(node, Mapping):
        merges = any(entry.is_merge for entry in node.entries)
        return merges or any(entry.alias is None and _is_anchored(entry.value) for entry in node.entries)
    return isinstance(node, Sequence) and any(_is_anchored(item) for item in node.items)


def _is_anchored(node: Node) -> bool:
    return node.anchor is not None or is_elsewhere(node)
