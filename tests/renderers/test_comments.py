"""Comments of what is rewritten go along with it."""

from stacks.compose.document import parse_document
from stacks.renderers.comments import comments
from stacks.renderers.registry import Dialect, render

TRAIN = """\
services:
  train:  # nightly
    image: "x:1 # no comment"
    # the GPUs
    deploy:
      resources:
        reservations:
          devices:
            # the fast one
            - driver: nvidia
              device_ids: ["0"]  # by index
              capabilities: [gpu]
    command: |
      run # no comment either
"""
FLOW = "{image: x, deploy: {resources: {reservations: {devices: [\n    {count: 1, capabilities: [gpu]} # one\n  ]}}}}"


def test_comments_are_read_as_yaml_reads_them() -> None:
    text = "\ufeff# first\r\na: 'b # c'  # second\r\n\"d # e\": f#g\r\n#third"
    assert [each for _, each in comments(parse_document(text))] == ["# first", "# second", "#third"]
    assert [each for _, each in comments(parse_document(TRAIN))] == [
        "# nightly",
        "# the GPUs",
        "# the fast one",
        "# by index",
    ]


def test_they_stand_above_the_new_words() -> None:
    result = render(parse_document(TRAIN), Dialect.GPUS)
    assert result.text.endswith(
        "    # the GPUs\n    # the fast one\n    # by index\n"
        '    gpus:\n      - driver: nvidia\n        device_ids: ["0"]\n'
    )


def test_beside_other_devices_they_stand_above_the_first_of_the_new() -> None:
    text = "services:\n  a:\n    image: x:1\n    devices:\n      - /dev/fuse  # mounts\n    gpus: all  # every one\n"
    result = render(parse_document(text), Dialect.CDI)
    assert result.text.endswith("      - /dev/fuse  # mounts\n      # every one\n      - nvidia.com/gpu=all\n")


def test_line_breaks_are_those_of_the_file() -> None:
    result = render(parse_document(TRAIN.replace("\n", "\r\n")), Dialect.CDI)
    assert "    # by index\r\n    devices:\r\n" in result.text and "\n" not in result.text.replace("\r\n", "")


def test_in_a_service_on_one_line_they_stand_above_it() -> None:
    result = render(parse_document(f"services:\n  a: {FLOW}\n"), Dialect.GPUS)
    assert "services:\n  # one\n  a: {image: x, " in result.text


def test_what_has_no_line_of_its_own_is_said() -> None:
    result = render(parse_document(f"services: {{a: {FLOW}}}\n"), Dialect.GPUS)
    assert [note.text for note in result.notes] == ["the comment `# one` was left out"]
