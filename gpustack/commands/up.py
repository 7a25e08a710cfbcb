"""`gpu-compose up`: serve the web UI until it is interrupted."""

from argparse import Namespace

from gpustack.commands.files import UnusableError, reason


def run(arguments: Namespace) -> int:
    """0 once it is stopped; raises UnusableError where the address cannot be listened on."""
    from gpustack.server import serve

    try:
        serve(arguments.host, arguments.port)
    except OSError as error:
        raise UnusableError(f"cannot listen on {arguments.host}:{arguments.port}: {reason(error)}") from error
    return 0
