"""Text as people paste it out of terminals, made plain without moving any line."""

from datetime import UTC, datetime

from stacks.hosts.snapshot import SnapshotError
from stacks.patterns import lazy_pattern

SIZE_LIMIT = 4 * 1024 * 1024
_ANSI = lazy_pattern(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
_PROMPT_ENDS = ("$", "#", ">", "%", "❯")


def now() -> str:
    """This moment in ISO 8601, UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def decode(text: str | bytes) -> str:
    """Text of at most 4 MiB, from UTF-8 or, as PowerShell writes files, from UTF-16 with its mark.

    Raises SnapshotError for more, and for what is not text.
    """
    if len(text) > SIZE_LIMIT:
        raise SnapshotError(f"the text is longer than {SIZE_LIMIT // 1024**2} MiB; a host's description is far shorter")
    if isinstance(text, bytes):
        encoding = "utf-16" if text.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8"
        try:
            text = text.decode(encoding)
        except UnicodeDecodeError as error:
            raise SnapshotError(f"not text: byte {error.start} is not valid {encoding.upper()}") from error
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise SnapshotError("not text: it holds a character that no text has")
    return text


def plain(text: str) -> str:
    """The text without byte order mark, colours, carriage returns, and the prompts before and after it.

    Prompt lines become empty lines, so that line numbers stay those of what was pasted.
    """
    text = _ANSI.sub("", text.removeprefix("\ufeff")).replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    for i, line in enumerate(lines):
        if line.strip() and not _is_command(line.strip()):
            break
        lines[i] = ""
    for i in range(len(lines) - 1, -1, -1):
        if lines[i].strip() and not _is_prompt(lines[i].strip()):
            break
        lines[i] = ""
    return "\n".join(lines)


def _is_command(line: str) -> bool:
    """Whether the line is a command as typed, such as `me@box:~$ sudo nvidia-smi -L`; or a code fence."""
    if line.startswith("```"):
        return True
    before, command, after = line.partition("nvidia-smi")
    if not command or line.startswith(("{", "<", "|", "+")):
        return False
    options = after.removeprefix(".exe")
    # PowerShell's complaint starts `nvidia-smi : The term …`.
    typed = not options.strip() or (options[0].isspace() and not options.lstrip().startswith(":"))
    return typed and (before.strip() in ("", "sudo") or any(end in before for end in _PROMPT_ENDS))


def _is_prompt(line: str) -> bool:
    """Whether the line is a prompt that waits for a command, or a code fence; a line of values has commas or bars."""
    if line.startswith("```"):
        return True
    return line.endswith(_PROMPT_ENDS) and not any(character in line for character in "<,|+{}")


def first_line(text: str) -> tuple[int, str]:
    """The first line that is not empty, and its number counted from 1; (1, "") for an empty text."""
    return next(((i, line) for i, line in enumerate(text.split("\n"), start=1) if line.strip()), (1, ""))


def gpus_in_words(count: int) -> str:
    return f"{count} GPU" if count == 1 else f"{count} GPUs"
