"""Text from a stranger's file made fit for a terminal: no control character acts, no line runs backwards."""

import re

from stacks.patterns import lazy_pattern

TAB_STOP = 4
_UNSAFE = lazy_pattern("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def visible(text: str) -> str:
    """The text on one line, each control or direction character replaced by a picture of it."""
    return _UNSAFE.sub(_picture, text)


def _picture(found: re.Match[str]) -> str:
    code = ord(found[0])
    if found[0] in "\n\r\t":
        return " "
    return chr(0x2400 + code) if code < 0x20 else "\N{REPLACEMENT CHARACTER}"


def cells(text: str) -> tuple[list[str], list[int]]:
    """Each character as it is shown, and how many columns of a terminal it takes: tabs reach the next stop of 4, wide
    characters of East Asia and emoji take two columns, combining ones none."""
    if text.isascii() and text.isprintable():
        return list(text), [1] * len(text)
    from unicodedata import category, east_asian_width

    shown: list[str] = []
    widths: list[int] = []
    column = 0
    for character in text:
        if character == "\t":
            width = TAB_STOP - column % TAB_STOP
            piece = " " * width
        else:
            piece = visible(character)
            wide = east_asian_width(piece) in "WF"
            width = 0 if category(piece) in ("Mn", "Me", "Cf") else 2 if wide else 1
        shown.append(piece)
        widths.append(width)
        column += width
    return shown, widths
