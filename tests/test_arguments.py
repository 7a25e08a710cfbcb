"""The words of commands, in all ways of writing one."""

import pytest

from stacks.arguments import command_words, option
from stacks.compose.document import Service, parse_document


def service(lines: str) -> Service:
    return parse_document(f"services:\n  a:\n    image: x\n    {lines}\n").services[0]


@pytest.mark.parametrize(
    "lines",
    [
        "command: serve --size 4 --name=x",
        "command: [serve, --size, '4', --name=x]",
        "command: ['serve', \"--size\", 4, '--name=x']",
        "command: >\n      serve\n      --size 4\n      --name=x",
        "command: |\n      serve \\\n      --size 4 \\\n      --name=x",
        "command: [sh, -c, 'serve --size 4 --name=x']",
        "entrypoint: serve\n    command: --size \"4\" --name='x'",
    ],
)
def test_options_and_their_places(lines: str) -> None:
    found = service(lines)
    size, name = option(found, "--size"), option(found, "--name")
    assert size is not None and name is not None
    text = found.document.source.slice
    assert (size.value.text, text(size.value.span).strip("'\"")) == ("4", "4")
    assert name.value.text.strip("'") == "x"
    assert text(size.name.span).strip("'\"") == "--size"


def test_the_last_one_counts_and_underscores_are_dashes() -> None:
    found = option(service("command: --max_size 1 --max-size 2"), "--max-size")
    assert found is not None and found.value.text == "2"


def test_an_option_without_value() -> None:
    found = option(service("command: --quiet --size 2"), "--quiet")
    assert found is not None and found.value.text == ""


def test_nothing_to_read() -> None:
    assert command_words(service("command: {a: 1}")) == ()
    assert command_words(service("environment: {}")) == ()
    assert option(service("command:"), "--size") is None
