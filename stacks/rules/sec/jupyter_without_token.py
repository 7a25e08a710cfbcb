from collections.abc import Iterator
from functools import partial

from stacks.arguments import Option, option
from stacks.compose.document import Service
from stacks.listening import keep_local, reachable
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Related, Severity
from stacks.rules.registry import rule

_TOKENS = ("--IdentityProvider.token", "--ServerApp.token", "--NotebookApp.token", "--LabApp.token")
_PASSWORDS = (
    "--PasswordIdentityProvider.hashed-password", "--ServerApp.password", "--NotebookApp.password",
)  # fmt: skip
_PORTS = ("--port", "--ServerApp.port", "--NotebookApp.port")
_DEFAULT_PORT = 8888


@rule(
    "SEC202",
    title="Jupyter without a token is published to the network",
    layer=Layer.PRACTICE,
    severity=Severity.WARNING,
    on=Service,
    keys=("command", "entrypoint"),
    url="https://jupyter-server.readthedocs.io/en/latest/operators/security.html",
)
def jupyter_without_token(service: Service, context: Context) -> Iterator[Finding]:
    """With an empty token and no password Jupyter lets everybody in, and a notebook is a terminal: whoever reaches the
    port runs code with your data and GPUs. A published port is open on all addresses of the host, past the rules of
    firewalls such as ufw. Such servers are found by scanners within hours.

    Leave the option away, and take the token from the log (`docker compose logs`); set `JUPYTER_TOKEN`; or publish on
    `127.0.0.1`.

    ```yaml bad
    services:
      jupyter:
        image: quay.io/jupyter/pytorch-notebook:cuda12-2025-08-18
        command: start-notebook.py --IdentityProvider.token=''
        shm_size: 8gb
        ports:
          - "8888:8888"
    ```
    ```yaml good
    services:
      jupyter:
        image: quay.io/jupyter/pytorch-notebook:cuda12-2025-08-18
        command: start-notebook.py --IdentityProvider.token=''
        shm_size: 8gb
        ports:
          - "127.0.0.1:8888:8888"
    ```
    """
    token = _empty_token(service)
    if token is None or _has_password(service):
        return
    given = option(service, *_PORTS)
    port = int(given.value.text[:6]) if given is not None and given.value.text.isdigit() else _DEFAULT_PORT
    for place in reachable(service, (port,)):
        item = place.item
        who = f"anybody who reaches this host{place.way}"
        yield Finding(
            place.span,
            f"{who} can run code in this container: Jupyter's `{token.name.text}` is empty",
            "Publish on `127.0.0.1`, or let Jupyter ask for a token.",
            Fix("publish on `127.0.0.1`", partial(keep_local, service, item), safe=False) if item is not None else None,
            (Related(token.name.span, "the empty token"),),
        )


def _empty_token(service: Service) -> Option | None:
    given = option(service, *_TOKENS)
    if given is None:
        return None
    value = given.value.text
    empty = value.strip("'\"") == "" or (value.startswith("-") and "=" not in given.name.text)
    return given if empty else None


def _has_password(service: Service) -> bool:
    given = option(service, *_PASSWORDS)
    return given is not None and given.value.text.strip("'\"") != ""
