"""`gpu-compose export`: write the GPU parts of a Compose file in another dialect."""

from argparse import Namespace

from gpustack.commands.files import UnusableError, say, write
from gpustack.commands.inputs import read_inputs
from stacks.compose.document import parse_document
from stacks.renderers.registry import Dialect, Pin, RenderError, render


def run(arguments: Namespace) -> int:
    """0, with the file on standard output and what the dialect could not keep on standard error."""
    inputs = read_inputs((arguments.file,), arguments)
    file = inputs.file
    document = parse_document(file.text, inputs.environment)
    if not document.is_complete:
        raise UnusableError(f"{file.shown_path}: the YAML has to be mended first; `gpu-compose check` says where")
    pin = Pin(arguments.pin) if arguments.pin else Pin.KEEP
    try:
        rendered = render(document, Dialect(arguments.to), pin, inputs.host)
    except RenderError as error:
        raise UnusableError(f"{file.shown_path}: {error}") from error
    for note in rendered.notes:
        say(f"{file.shown_path}: {note.service}: {note.text}" if note.service else f"{file.shown_path}: {note.text}")
    write(file.mark + rendered.text)
    return 0
