"""Services whose container does one thing and ends, or has nothing to do and ends at once."""

from stacks.arguments import command_words
from stacks.compose.document import Service
from stacks.facts.services import starts_a_shell
from stacks.patterns import lazy_pattern

_JOBS = (("nvidia-smi",), ("ollama", "pull"), ("huggingface-cli", "download"), ("hf", "download"))
_FOR_EVER = lazy_pattern(r"-l(=?\d+)?|(-lms|--loop|--loop-ms)(=?\d+)?|dmon|pmon|daemon")  # and neither -L nor -lgc
_TELLING = ("command", "entrypoint", "build", "extends", "tty", "stdin_open")


def job_of(service: Service) -> tuple[str, ...] | None:
    """The words of a command that is known to do one thing and end; None for every other one."""
    words = [word.text for word in command_words(service)]
    for job in _JOBS:
        if tuple(words[: len(job)]) == job and not any(_FOR_EVER.fullmatch(word) for word in words):
            return job
    return None


def starts_only_a_shell(service: Service) -> bool:
    """Whether the container starts a shell without a terminal, which has nothing to read and ends."""
    image = service.image
    if image is None or any(service.get(key) is not None for key in _TELLING):
        return False
    return starts_a_shell(image.string)
