"""The command line: says which commands there are, and imports what a command needs once it is chosen.

Exit codes: 0 clean, 1 an error was found, 2 nothing could be done with what was given. Messages for the person are one
line each, on standard error.
"""

import gc
import os
import sys
from argparse import SUPPRESS, Action, ArgumentParser, ArgumentTypeError, HelpFormatter, Namespace
from collections.abc import Sequence
from importlib import import_module
from typing import Any, NoReturn

from gpustack.bundle import use_bundle
from gpustack.commands.files import UnusableError, say

UNUSABLE = 2
INTERRUPTED = 130
READER_GONE = 141  # what a shell reports for a program that SIGPIPE ended


class _Parser(ArgumentParser):
    def __init__(self, **settings: Any) -> None:
        # With the width left open, argparse imports shutil for each option that is added, to measure the terminal.
        super().__init__(**settings, formatter_class=lambda prog: HelpFormatter(prog, width=100))

    def error(self, message: str) -> NoReturn:
        """Bad arguments in one line, like every other failure."""
        say(f"{self.prog.removeprefix('gpu-compose').strip() or 'arguments'}: {message} (see `{self.prog} --help`)")
        raise SystemExit(UNUSABLE)


class _Version(Action):
    def __call__(self, parser: ArgumentParser, *_: Any) -> NoReturn:
        from gpustack.commands.version import version

        sys.stdout.write(f"gpu-compose {version()}\n")
        raise SystemExit(0)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; a mistake of ours is one line too, unless GPU_COMPOSE_DEBUG is set.

    Without arguments it is the process's own command, and the process ends with it.
    """
    given = sys.argv[1:] if arguments is None else arguments
    chosen = build_parser(given[0] if given else "").parse_args(given)
    if arguments is not None or chosen.module == "up" or getattr(chosen, "watch", False):
        return _answered(chosen)
    gc.disable()  # in a program of one short answer it only costs: a third of the time on a large file
    bundle = use_bundle()
    code = _answered(chosen)
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        code = READER_GONE
    bundle.keep()
    os._exit(code)  # Python would take itself apart first, for a tenth of the time of a small check


def _answered(chosen: Namespace) -> int:
    try:
        return _run(chosen)
    except UnusableError as error:
        say(str(error))
    except BrokenPipeError:
        # Python would complain of the same pipe once more when it flushes standard output at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return READER_GONE
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        if os.environ.get("GPU_COMPOSE_DEBUG"):
            raise
        say(f"{type(error).__name__}: {error}. This is a fault of gpu-compose; GPU_COMPOSE_DEBUG=1 shows where")
    return UNUSABLE


def _run(chosen: Namespace) -> int:
    if sys.stdout is None:
        raise UnusableError("standard output is closed")
    result = import_module(f"gpustack.commands.{chosen.module}").run(chosen)
    assert isinstance(result, int)
    return result


def build_parser(command: str = "") -> ArgumentParser:
    """The grammar of the command line; of one command alone, where that is known, since each takes a millisecond."""
    parser = _Parser(prog="gpu-compose", description="Get a GPU Docker Compose stack right before anyone runs it.")
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and exit")
    commands = parser.add_subparsers(prog="gpu-compose", metavar="COMMAND", required=True, parser_class=_Parser)
    makers = {
        "check": _add_check,
        "fix": _add_fix,
        "export": _add_export,
        "detect": _add_detect,
        "host": _add_host,
        "rules": _add_rules,
        "up": _add_up,
    }
    for add in [makers[command]] if command in makers else makers.values():
        add(commands)
    return parser


def _command(commands: Any, name: str, summary: str, module: str = "") -> ArgumentParser:
    parser: ArgumentParser = commands.add_parser(name, help=summary, description=f"{summary[0].upper()}{summary[1:]}.")
    parser.set_defaults(module=module or name)
    return parser


def _add_inputs(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--host", metavar="FILE", help="hold it against this host: snapshot JSON, or what nvidia-smi printed"
    )
    parser.add_argument(
        "--env-file",
        metavar="FILE",
        action="append",
        help="values of ${VARIABLES}, instead of the .env beside the file; the shell's go before both",
    )


def _add_settings(parser: ArgumentParser) -> None:
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--config", metavar="FILE", help="settings, instead of the .gpu-compose.toml or pyproject.toml found"
    )
    where.add_argument("--no-config", action="store_true", help="look for no settings")


def _add_selection(parser: ArgumentParser) -> None:
    what = "codes or beginnings of codes, by commas: DEV,MEM2,COM080"
    parser.add_argument("--select", metavar="CODES", action="append", help=f"look for these alone ({what})")
    parser.add_argument("--ignore", metavar="CODES", action="append", help="leave these out, too")


def _add_check(commands: Any) -> None:
    parser = _command(commands, "check", "say what is wrong with Compose files, on their lines")
    _add_inputs(parser)
    _add_selection(parser)
    _add_settings(parser)
    parser.add_argument("--format", choices=("text", "json", "sarif", "github"), default="text")
    parser.add_argument("--strict", action="store_true", default=None, help="exit with 1 for a warning too")
    parser.add_argument("--no-strict", action="store_false", dest="strict", help=SUPPRESS)
    parser.add_argument("--exit-zero", action="store_true", help="exit with 0 whatever was found")
    parser.add_argument("--watch", action="store_true", help="check again whenever a file changes, until Ctrl-C")
    _add_project(parser)
    what = "a Compose file, a folder with Compose files at or below it, or - for standard input"
    parser.add_argument("files", metavar="FILE", nargs="*", help=what)


def _add_fix(commands: Any) -> None:
    parser = _command(commands, "fix", "repair Compose files")
    _add_inputs(parser)
    _add_selection(parser)
    _add_settings(parser)
    parser.add_argument("--unsafe", action="store_true", help="make the repairs that may change what is meant, too")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--diff", action="store_true", help="print the changes as a unified diff instead")
    where.add_argument("--in-place", action="store_true", help="write the file back instead of printing it")
    _add_project(parser)
    what = "a Compose file, or - for standard input; several with --diff or --in-place"
    parser.add_argument("files", metavar="FILE", nargs="*", help=what)


def _add_project(parser: ArgumentParser) -> None:
    what = "a file of one project; given again, a file that is merged into those before it, as in Docker Compose"
    parser.add_argument("-f", "--file", metavar="FILE", dest="project", action="append", default=[], help=what)


def _add_export(commands: Any) -> None:
    parser = _command(commands, "export", "write the GPU parts of a Compose file in another dialect, and print it")
    parser.add_argument("--to", choices=("deploy", "gpus", "runtime", "cdi"), required=True, help="the dialect")
    parser.add_argument("--pin", choices=("uuid", "index", "count"), help="how GPUs are named (default: as written)")
    _add_inputs(parser)
    _add_settings(parser)
    _add_file(parser)


def _add_detect(commands: Any) -> None:
    detect = _command(commands, "detect", "look at this machine's GPUs and Docker engine, and print a snapshot as JSON")
    detect.add_argument("--output", metavar="FILE", help="write it to a file instead")


def _add_host(commands: Any) -> None:
    host = commands.add_parser("host", help="work with host snapshots", description="Work with host snapshots.")
    convert = _command(
        host.add_subparsers(prog="gpu-compose host", metavar="COMMAND", required=True, parser_class=_Parser),
        "convert",
        "turn what nvidia-smi printed (-q -x, -L, --query-gpu, its table) into snapshot JSON",
        module="host",
    )
    _add_file(convert, "what nvidia-smi printed")


def _add_rules(commands: Any) -> None:
    parser = _command(commands, "rules", "list the rules, or explain one")
    parser.add_argument("rule", metavar="ID", nargs="?", help="a rule's code or name")
    parser.add_argument("--write", metavar="FOLDER", help="write the reference of all rules as Markdown pages")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def _add_up(commands: Any) -> None:
    parser = _command(commands, "up", "serve the web UI")
    parser.add_argument("--host", metavar="ADDRESS", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument("--port", type=_port, default=8000, help="port to listen on (%(default)s)")


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text[:6]) < 65536):
        raise ArgumentTypeError(f"`{text}` is not a port (1 to 65535)")
    return int(text)


def _add_file(parser: ArgumentParser, what: str = "a Compose file") -> None:
    parser.add_argument("file", metavar="FILE", help=f"{what}, or - for standard input")
