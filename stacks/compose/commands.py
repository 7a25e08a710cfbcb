"""Commands written as one text, as Docker Compose cuts them into words.

The rules are those of github.com/mattn/go-shellwords 1.0, which Compose 2.40 uses for `command` and `entrypoint`. No
shell reads them: an unquoted `;`, `&`, `|`, `<` or `>` ends the command, and what follows is dropped without a word;
an unquoted parenthesis is refused.
"""

from typing import Final, NamedTuple

from stacks.compose.values import Invalid, quote

_BLANKS: Final = " \t\r\n"
_ENDS: Final = ";&|<>"


class CommandWords(NamedTuple):
    """The words of a command, and the rest that Compose drops, from the character that ended it; empty for none."""

    words: tuple[str, ...]
    dropped: str


def split_command(text: str) -> CommandWords | Invalid:
    """The words that Compose makes of a text."""
    reader = _Reader()
    for index, character in enumerate(text):
        if reader.ends_at(character):
            return reader.finish(text, index)
        if not reader.take(character):
            return Invalid(f"{quote(text)} has an unquoted parenthesis, which Compose cannot read")
    return reader.finish(text, len(text))


class _Reader:
    """The state between two characters; `dollar` is `$(`, which an unmatched `)` opens too."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self.word: list[str] = []
        self.has_word = False
        self.escaped = False
        self.quote = ""
        self.backquoted = False
        self.dollar = False

    def ends_at(self, character: str) -> bool:
        is_bare = not (self.escaped or self.quote or self.backquoted or self.dollar)
        return character in _ENDS and is_bare

    def take(self, character: str) -> bool:
        """Read one character; False for a parenthesis that Compose refuses."""
        if self.escaped:
            self.escaped = False
            return self._add(character)
        if character == "\\" and self.quote != "'":
            self.escaped = True
            return True
        if character in _BLANKS and not (self.quote or self.backquoted or self.dollar):
            self._end_word()
            return True
        if character in "\"'" and not self.dollar and self.quote in ("", character):
            self.has_word = self.has_word or self.quote == character
            self.quote = "" if self.quote else character
            return True
        if character in "()`" and not self.quote:
            return self._take_bracket(character)
        return self._add(character)

    def _take_bracket(self, character: str) -> bool:
        if character == "`":
            self.backquoted = not self.backquoted and not self.dollar
        elif character == ")" and not self.backquoted:
            self.dollar = not self.dollar
        elif character == "(" and not self.backquoted:
            if self.dollar or self.word[-1:] != ["$"]:
                return False
            self.dollar = True
        return self._add(character)

    def _add(self, character: str) -> bool:
        self.word.append(character)
        self.has_word = True
        return True

    def _end_word(self) -> None:
        if self.has_word:
            self.words.append("".join(self.word))
        self.word.clear()
        self.has_word = False

    def finish(self, text: str, end: int) -> CommandWords | Invalid:
        if self.quote:
            return Invalid(f"{quote(text)} has a quote {self.quote} that is never closed")
        if self.escaped:
            return Invalid(f"{quote(text)} ends with a backslash")
        if self.backquoted or self.dollar:
            return Invalid(f"{quote(text)} has an unquoted parenthesis or backquote that is never closed")
        if self.has_word and not (text[end : end + 1] == ">" and self.word[:1] and self.word[0] in "0123456789"):
            self.words.append("".join(self.word))
        return CommandWords(tuple(self.words), text[end:])
