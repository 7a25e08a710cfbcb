"""Texts that users send: decoded, bounded, and never silently changed."""

import re
import unicodedata
from enum import StrEnum

DOCUMENT_LIMIT = 1024 * 1024
"""Bytes of UTF-8 in a Compose document."""
ENVIRONMENT_LIMIT = 256 * 1024
"""Bytes of UTF-8 in a .env text."""
NAME_LIMIT = 120
"""Characters in a name."""

_CONTROLS = {"Cc", "Cs"}


class TextFault(StrEnum):
    """Why a text was refused."""

    EMPTY = "empty"
    TOO_LARGE = "too large"
    NOT_TEXT = "not text"


class TextError(ValueError):
    """A text that cannot be kept; `message` says what and `hint` what to do, both for the user's eyes."""

    def __init__(self, fault: TextFault, message: str, hint: str) -> None:
        super().__init__(f"{message} {hint}")
        self.fault = fault
        self.message = message
        self.hint = hint


def decode(data: bytes, *, limit: int, noun: str) -> str:
    """The text of an uploaded file; its line ends stay as they are, a byte order mark goes.

    Raises TextError for what is too large or is not UTF-8 text.
    """
    check_size(len(data), limit=limit, noun=noun)
    if b"\x00" in data:
        raise TextError(TextFault.NOT_TEXT, f"{noun} is a binary file, not text.", "Choose a text file in UTF-8.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TextError(
            TextFault.NOT_TEXT,
            f"{noun} is not UTF-8: the byte at position {error.start} does not fit.",
            "Save the file as UTF-8 and choose it again.",
        ) from None


def check_size(size: int, *, limit: int, noun: str) -> None:
    """Raise TextError when a text of so many bytes is over the limit."""
    if size > limit:
        raise TextError(
            TextFault.TOO_LARGE,
            f"{noun} is {-(-size // 1024):,} KiB; the limit is {limit // 1024:,} KiB.",
            "Nothing was saved. Make it shorter and send it again.",
        )


def from_field(text: str, *, limit: int, noun: str, like: str = "") -> str:
    """The text of a form field, with the line ends of the text that it replaces.

    Browsers send every line end of a form as CRLF, whatever the document had; LF is put back unless `like` uses CRLF.
    Raises TextError for what is too large or holds NUL or half characters.
    """
    text = text.replace("\r\n", "\n")
    if "\r\n" in like:
        text = text.replace("\n", "\r\n")
    if "\x00" in text:
        raise TextError(
            TextFault.NOT_TEXT,
            f"{noun} contains a NUL character at position {text.index(chr(0)) + 1}, which no text file may hold.",
            "Remove it and send it again.",
        )
    try:
        size = len(text.encode("utf-8"))
    except UnicodeEncodeError as error:
        raise TextError(
            TextFault.NOT_TEXT,
            f"{noun} holds half a character at position {error.start + 1}.",
            "Remove it and send it again.",
        ) from None
    check_size(size, limit=limit, noun=noun)
    return text


def require_text(text: str, *, noun: str) -> str:
    """The text, or TextError when it holds nothing but blanks."""
    if not text.strip():
        raise TextError(TextFault.EMPTY, f"{noun} is empty.", "Paste the text or choose a file.")
    return text


def clean_name(name: str, *, default: str) -> str:
    """A name for showing: any characters but control characters, blanks joined, at most 120 characters."""
    visible = "".join(" " if unicodedata.category(char) in _CONTROLS else char for char in name)
    return " ".join(visible.split())[:NAME_LIMIT].strip() or default


def file_stem(name: str, *, default: str = "stack") -> str:
    """A file name's stem made from any name: lower-case ASCII letters, digits and single hyphens, no path in it."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:60].strip("-") or default
