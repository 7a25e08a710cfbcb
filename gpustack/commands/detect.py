"""`gpu-compose detect`: look at this machine and print what was found as snapshot JSON."""

from argparse import Namespace

from gpustack.commands.files import replace_file, say, write
from stacks.hosts.detect import detect_host
from stacks.hosts.serialization import to_json


def run(arguments: Namespace) -> int:
    """0, also on a machine without a GPU or an engine: that is what the snapshot then says."""
    snapshot = detect_host()
    for note in snapshot.notes:
        say(note.text)
    if arguments.output is None:
        write(to_json(snapshot))
    else:
        replace_file(arguments.output, to_json(snapshot))
        say(f"written to {arguments.output}")
    return 0
