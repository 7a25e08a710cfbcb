"""`gpu-compose host convert`: turn what nvidia-smi printed into snapshot JSON."""

from argparse import Namespace

from gpustack.commands.files import say, write
from gpustack.commands.inputs import read_host_file
from stacks.hosts.serialization import to_json
from stacks.hosts.snapshot import NoteLevel


def run(arguments: Namespace) -> int:
    """0, with the snapshot on standard output and what is doubtful about it on standard error."""
    snapshot = read_host_file(arguments.file)
    for note in snapshot.notes:
        if note.level is not NoteLevel.INFO:
            say(note.text)
    write(to_json(snapshot))
    return 0
