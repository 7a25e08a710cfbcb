from collections.abc import Iterator
from functools import partial

from stacks.arguments import command_words
from stacks.compose import editing
from stacks.compose.document import Service
from stacks.compose.health_checks import health_check
from stacks.compose.nodes import Path
from stacks.facts.services import lacking_image
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.fixes import fix_at
from stacks.rules.registry import rule


@rule(
    "LIF103",
    title="A health check calls a program that the image does not have",
    layer=Layer.PRACTICE,
    severity=Severity.WARNING,
    on=Service,
    keys=("healthcheck",),
    url="https://github.com/ollama/ollama/issues/9781",
)
def health_check_tool_missing(service: Service, context: Context) -> Iterator[Finding]:
    """A health check runs inside the container, with the programs of the image. Slim images have no `curl` and no
    `wget`: the check fails with `executable file not found`, the container is unhealthy for ever, and services that
    wait for its health do not start, though it works.

    Call something that the image has: a client of its own (`ollama list`), or bash
    (`bash -c ':> /dev/tcp/127.0.0.1/6333'`).

    ```yaml bad
    services:
      ollama:
        image: ollama/ollama:0.13.5
        healthcheck:
          test: ["CMD", "curl", "-f", "http://localhost:11434"]
    ```
    ```yaml good
    services:
      ollama:
        image: ollama/ollama:0.13.5
        healthcheck:
          test: ["CMD", "ollama", "list"]
    ```
    """
    image, check = service.image, health_check(service)
    known = lacking_image(image.string) if image is not None and check is not None else None
    if image is None or check is None or known is None or service.get("build") is not None:
        return
    programs = [program.rpartition("/")[2] for program in check.programs]
    missing = next((program for program in programs if program in known.programs), None)
    others = [program for program in programs if program not in (*known.programs, "exit", "false", "sh", "bash")]
    if missing is None or (others and "||" in check.shell) or _installs(service, missing):
        return
    path = (*service.path, "healthcheck", "test")
    words = list(known.check)
    yield Finding(
        check.span,
        f"this container will never be healthy: its image `{image.string}` has no `{missing}`",
        f"Write `test: {_shown(words)}`." if words else "Use bash, `bash -c ':> /dev/tcp/127.0.0.1/PORT'`, or Python.",
        _fix(service, path, words) if words and service.find("healthcheck", "test") is not None else None,
        severity=None if known.is_verified else Severity.INFO,
    )


def _installs(service: Service, program: str) -> bool:
    """Whether the container may get the program when it starts."""
    words = {word.text for word in command_words(service)}
    return bool(words & {program, "install", "add", "apt-get", "apk"}) or any(word.endswith(".sh") for word in words)


def _fix(service: Service, path: Path, words: list[str]) -> Fix | None:
    edits = partial(editing.set_value, service.document, path, words)
    return fix_at(service.document, path, f"call `{words[1]}`", edits)


def _shown(words: list[str]) -> str:
    quoted = ", ".join(f'"{word}"' for word in words)
    return f"[{quoted}]"
