"""What holds of every file in every dialect: the cases of all rules, public files, and services made up of parts."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stacks.allocation import allocate
from stacks.compose.document import Document, parse_document
from stacks.renderers.registry import Dialect, Pin, RenderError, render
from tests.oracle import ComposeOracle
from tests.renderers.invariants import DIALECTS, assert_rendering, errors_of
from tests.rules.case_files import CASES, load_case, load_host

HOST = load_host("mixed")
# A variable without effect beside CDI contradicts a request; a service that had a variable for company no longer has.
UNCOVERED = {"ENV201", "ENV202"}


class Input(NamedTuple):
    name: str
    text: str
    environment: Mapping[str, str]

    @property
    def document(self) -> Document:
        return parse_document(self.text, self.environment)


@pytest.fixture(scope="module")
def cases() -> list[Input]:
    """The cases of rules that ask for GPUs."""
    loaded = [load_case(path) for path in sorted(CASES.glob("*/*.yaml"))]
    inputs = [Input(f"{case.code}/{case.path.name}", case.text, case.environment) for case in loaded]
    return [each for each in inputs if allocate(each.document, None).claims]


@pytest.fixture(scope="module")
def public(public_files: list[Path]) -> list[Input]:
    texts = [(path.name, path.read_bytes().decode("utf-8", "surrogateescape")) for path in public_files]
    return [Input(name, text, {}) for name, text in texts]


def faults(inputs: list[Input], dialect: Dialect) -> Iterator[str]:
    """What is wrong with the files in this dialect, the GPUs of each named in one of the four ways, by turns."""
    for number, each in enumerate(inputs):
        pin = tuple(Pin)[(number + DIALECTS.index(dialect)) % 4]
        try:
            rendered = assert_rendering(each.text, each.environment, dialect, pin, HOST)
        except RenderError as error:
            if each.document.is_complete:
                yield f"{each.name} {pin}: {error}"
        except AssertionError as error:
            yield f"{each.name} {pin}: {error}"
        else:
            if not errors_of(each.document, HOST):
                new = {code for code, _ in errors_of(parse_document(rendered.text, each.environment), HOST)}
                if new - UNCOVERED:
                    yield f"{each.name} {pin}: {new}"


@pytest.mark.parametrize("dialect", DIALECTS)
def test_cases_of_rules_keep_their_meaning(cases: list[Input], dialect: Dialect) -> None:
    assert len(cases) > 400
    assert list(faults(cases, dialect)) == []


@pytest.mark.parametrize("dialect", DIALECTS)
def test_public_files_keep_their_meaning(public: list[Input], dialect: Dialect) -> None:
    assert len(public) > 100
    assert list(faults(public, dialect)) == []


def refused(inputs: list[Input], oracle: ComposeOracle) -> Iterator[str]:
    """Files that Docker Compose takes as they are and not as one dialect writes them; each file in one, by turns."""
    for number, each in enumerate(inputs):
        dialect, pin = DIALECTS[number % 4], tuple(Pin)[number // 4 % 4]
        if not each.document.is_complete:
            continue
        text = render(each.document, dialect, pin, HOST).text
        env_file = "".join(f"{name}={value}\n" for name, value in each.environment.items())
        answer = oracle.config(text, env_file, options=("-q",))
        if not answer.accepted and oracle.config(each.text, env_file, options=("-q",)).accepted:
            yield f"{each.name} {dialect} {pin}: {answer.stderr}"


def test_docker_compose_takes_the_cases(cases: list[Input], oracle: ComposeOracle) -> None:
    assert list(refused(cases[::4], oracle)) == []


def test_docker_compose_takes_public_files(public: list[Input], oracle: ComposeOracle) -> None:
    assert list(refused(public, oracle)) == []


# Services made up of parts, in block and flow style, with comments.

IDS = st.lists(
    st.sampled_from(
        ["'0'", "'1'", "GPU-3333", "'7'", "'${ID:-1}'", '"${IDS:-0,1}"', "nvidia.com/gpu=0", "'0:0'", "all"]
    ),
    min_size=0,
    max_size=3,
    unique=True,
)
DRIVERS = st.sampled_from(["", "driver: nvidia", "driver: cdi", "driver: '${DRIVER:-nvidia}'", "driver: amd"])
WORDS = st.sampled_from(["", "capabilities: [gpu]", "capabilities: [gpu, video]", "capabilities: ['compute']"])
COUNTS = st.sampled_from(["count: all", "count: 0", "count: 1", "count: '${N:-2}'", "count: 5", "count: none", ""])
EXTRA = st.sampled_from(["", "options: {a: b}", "x-why: c"])
VISIBLE = st.sampled_from(["all", "0", "0,1", "none", "'${ID:-1}'", "GPU-4444,0", "", "MIG-1"])
OTHERS = st.sampled_from(["/dev/fuse", "nvidia.com/gpu=0", "nvidia.com/gpu=all", "amd.com/gpu=0", "/dev/nvidia0"])


@st.composite
def requests(draw: st.DrawFn) -> list[str]:
    ids = draw(IDS)
    chosen = f"device_ids: [{', '.join(ids)}]" if draw(st.booleans()) and ids else draw(COUNTS)
    parts = [part for part in (draw(DRIVERS), chosen, draw(WORDS), draw(EXTRA)) if part]
    return parts or ["driver: nvidia"]


def items(wanted: list[list[str]], indent: str, comment: str) -> str:
    lines = [
        f"{indent}- {part}" if number == 0 else f"{indent}  {part}"
        for parts in wanted
        for number, part in enumerate(parts)
    ]
    return "".join(f"{line}  # {comment} {number}\n" for number, line in enumerate(lines))


@st.composite
def services(draw: st.DrawFn, name: str) -> str:
    text = f"  {name}:\n    image: x:1  # {name}\n"
    if draw(st.booleans()):
        text += f"    # above {name}\n    runtime: {draw(st.sampled_from(['nvidia', 'runc', '${RT:-nvidia}']))}\n"
    if draw(st.booleans()):
        flow = ", ".join("{" + ", ".join(parts) + "}" for parts in draw(st.lists(requests(), min_size=1, max_size=2)))
        text += f"    gpus: [{flow}]  # short {name}\n"
    if draw(st.booleans()):
        text += (
            "    deploy:\n      resources:\n        limits: {memory: 1g}\n        reservations:\n          devices:\n"
        )
        text += items(draw(st.lists(requests(), min_size=1, max_size=2)), "            ", f"long {name}")
    if draw(st.booleans()):
        wanted = draw(st.lists(OTHERS, min_size=1, max_size=3, unique=True))
        text += "    devices:\n" + "".join(f"    - {each}  # {name} {number}\n" for number, each in enumerate(wanted))
    if draw(st.booleans()):
        value, in_list = draw(VISIBLE), draw(st.booleans())
        shown = f"- NVIDIA_VISIBLE_DEVICES={value.strip(chr(39))}" if in_list else f"NVIDIA_VISIBLE_DEVICES: {value}"
        text += f"    environment:\n      {'- A=b' if in_list else 'A: b'}\n      {shown}  # set for {name}\n"
    return text


@given(st.tuples(services("first"), services("second")), st.sampled_from(DIALECTS), st.sampled_from(list(Pin)))
@settings(max_examples=100, deadline=None)
def test_made_up_services_keep_their_meaning(parts: tuple[str, str], dialect: Dialect, pin: Pin) -> None:
    assert_rendering("services:\n" + "".join(parts), {}, dialect, pin, HOST)
