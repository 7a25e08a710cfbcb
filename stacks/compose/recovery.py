"""Finding the next syntax error behind the first.

libyaml stops where it first cannot go on. To report every fault of a file at once, the line at fault is blanked out
(same length, so that places hold) and the text is read again, a bounded number of times. The same error on the line
next to the last one is nearly always its consequence and is not reported.
"""

from typing import Final

from yaml.error import MarkedYAMLError, YAMLError

from stacks.compose.problems import Problem, ProblemKind, Related
from stacks.compose.source import SourceText, Span

MAX_SYNTAX_PROBLEMS: Final = 10
_MAX_ATTEMPTS: Final = 25
_MAX_RECOVERY_TEXT: Final = 200_000  # code points; reading a larger file 25 times would be felt at the keyboard

_OPENED = ("flow", "quoted scalar", "block scalar")

_TAB: Final = "this is not YAML: a tab indents this line, and YAML takes only spaces there"
_NO_COLON: Final = "this is not YAML: no colon follows the key"
_AFTER_NO_COLON: Final = ("mapping values are not allowed", "could not find expected ':'", "did not find expected key")
_PLAIN_WORDS: Final = (
    (
        "could not find expected ':'",
        "a `:` is missing after this key, or its indentation is off",
        "Write `key: value`.",
    ),
    (
        "mapping values are not allowed",
        "a second `:` makes no sense here",
        "Quote the value, or mend the indentation of this line.",
    ),
    (
        "did not find expected key",
        "this line does not fit the indentation of the block that it stands in",
        "Align it with the lines around it.",
    ),
    (
        "did not find expected '-' indicator",
        "this line does not fit the list that it stands in",
        "Begin it with `- `, or indent it under its item.",
    ),
    ("did not find expected ',' or ']'", "the `[` list is not closed before this", "Close it with `]`."),
    ("did not find expected ',' or '}'", "the `{` mapping is not closed before this", "Close it with `}`."),
    ("found unexpected end of stream", "a quote that was opened is never closed", "Close the quote."),
    ("found unexpected document indicator", "a quote that was opened is never closed", "Close the quote."),
    (
        "found unknown escape character",
        "a backslash in double quotes begins an escape that YAML does not know",
        "Use single quotes, or write `\\\\`.",
    ),
    (
        "found character that cannot start any token",
        "a value cannot begin with this character",
        "Put quotes around the value.",
    ),
    ("found undefined tag handle", "`!` begins a tag whose handle is not defined", "Put quotes around the value."),
    (
        "block sequence entries are not allowed",
        "a `- ` list item cannot stand here",
        "Put the list on the next line, indented.",
    ),
    (
        "did not find expected alphabetic or numeric character",
        "`*` or `&` begins an alias or anchor without a name",
        "Put quotes around the value.",
    ),
    (
        "did not find expected <document start>",
        "text stands outside the document",
        "Mend the indentation of this line.",
    ),
)


def syntax_problems(source: SourceText, error: YAMLError) -> tuple[Problem, ...]:
    """The problem of `error` and of the errors behind it, in the order of their places."""
    from stacks.compose.yaml import syntax_error

    problems: list[Problem] = []
    text = source.text
    last_line, last_message = -1, ""
    current: YAMLError | None = error
    for _ in range(_MAX_ATTEMPTS):
        if current is None or len(problems) == MAX_SYNTAX_PROBLEMS:
            break
        problem, line = _problem(source, current)
        if line > last_line + 1 or problem.message != last_message:
            problems.append(problem)
        last_line, last_message = line, problem.message
        if len(text) > _MAX_RECOVERY_TEXT:
            break
        if problem.message == _NO_COLON:
            blanked = _as_key(text, problem.span)
        else:
            blanked = _blank(source, text, _line_to_blank(source, current, line))
        if blanked == text:
            break
        text = blanked
        current = syntax_error(text)
    return tuple(problems)


def _offset(source: SourceText, index: int) -> int:
    shift = 1 if source.text.startswith("\ufeff") else 0
    return min(index + shift, len(source.text))


def _problem(source: SourceText, error: YAMLError) -> tuple[Problem, int]:
    if not isinstance(error, MarkedYAMLError) or error.problem_mark is None:
        return Problem(ProblemKind.SYNTAX, Span(0, 0), f"this is not YAML: {error}", "Choose a file that is YAML."), 1
    unclosed = "quoted" in (error.context or "") and error.context_mark is not None and "end" in (error.problem or "")
    mark = error.context_mark if unclosed and error.context_mark else error.problem_mark
    offset = _offset(source, mark.index)
    line = source.position(offset).line
    words = error.problem or "the text cannot be read on from here"
    message, hint = f"this is not YAML: {words}", "Mend this line, or the one before it."
    if source.text[offset : offset + 1] == "\t" or "found a tab character" in words:
        return Problem(ProblemKind.SYNTAX, source.line_span(line), _TAB, "Indent with spaces."), line
    bare = _key_without_colon(source, error, line) if any(part in words for part in _AFTER_NO_COLON) else None
    if bare is not None:
        return Problem(ProblemKind.SYNTAX, bare, _NO_COLON, "Write `key: value`."), source.position(bare.start).line
    for found, plain, advice in _PLAIN_WORDS:
        if found in words:
            message, hint = f"this is not YAML: {plain}", advice
            break
    related: tuple[Related, ...] = ()
    if error.context_mark is not None and error.context_mark.index != mark.index:
        opened = _offset(source, error.context_mark.index)
        related = (Related(Span(opened, opened + 1), error.context or "it began here"),)
    end = max(source.line_span(line).end, offset)
    start = offset
    if start == end:  # at a line's end the place would be empty: mark the line's text instead
        span = source.line_span(line)
        start = span.start + len(source.slice(span)) - len(source.slice(span).lstrip())
    return Problem(ProblemKind.SYNTAX, Span(start, end), message, hint, related), line


def _key_without_colon(source: SourceText, error: MarkedYAMLError, line: int) -> Span | None:
    """The line that a reader takes for a key without its colon: the one that YAML names, or the one above.

    The one above is meant where it stands as deep as this one and is no `key: value`: to YAML its text goes on.
    """
    if error.context_mark is not None and "simple key" in (error.context or ""):
        place = source.position(_offset(source, error.context_mark.index))
        return _written(source, place.line) if place.line < line else None
    if line < 2:
        return None
    here, above = source.slice(source.line_span(line)), source.slice(source.line_span(line - 1))
    same_depth = len(here) - len(here.lstrip()) == len(above) - len(above.lstrip())
    found = _written(source, line - 1) if same_depth else None
    word = source.slice(found) if found is not None else ""
    return found if word[:1].isalpha() and ": " not in word and not word.endswith(":") else None


def _written(source: SourceText, line: int) -> Span | None:
    """What a line holds without its indentation and comment."""
    span = source.line_span(line)
    text = source.slice(span).partition(" #")[0]
    word = text.strip()
    start = span.start + len(text) - len(text.lstrip())
    return Span(start, start + len(word)) if word else None


def _as_key(text: str, span: Span) -> str:
    """The text with a key of the same length at the span, so that what follows is read as if it had been one."""
    return text[: span.start] + "x" * (span.end - span.start - 1) + ":" + text[span.end :]


def _line_to_blank(source: SourceText, error: YAMLError, line: int) -> int:
    if not isinstance(error, MarkedYAMLError) or error.context_mark is None:
        return line
    opened = any(word in (error.context or "") for word in _OPENED)
    return source.position(_offset(source, error.context_mark.index)).line if opened else line


def _blank(source: SourceText, text: str, line: int) -> str:
    span = source.line_span(min(line, source.line_count))
    while span.start > 0 and not text[span.start : span.end].strip():
        line -= 1  # the reader stopped behind an empty line: what it could not take stands above
        if line < 1:
            return text
        span = source.line_span(line)
    return text[: span.start] + " " * (span.end - span.start) + text[span.end :]
