import re
from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.compose.environment import EnvironmentVariable
from stacks.facts.services import is_placeholder, token_maker
from stacks.patterns import lazy_pattern
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule

_PASSWORD = lazy_pattern(r"(?:^|_)(?:PASSWORD|PASSWD|PASS|PWD)$", re.IGNORECASE)
_KEY = lazy_pattern(r"(?:^|_)(?:TOKEN|SECRET|SECRET_KEY|SECRET_ACCESS_KEY|API_KEY|APIKEY|PRIVATE_KEY)$", re.IGNORECASE)
_IN_ADDRESS = lazy_pattern(r"[a-z][a-z0-9+]*://[^:/@\s]*:(?P<password>[^@/\s]+)@")
_SHORTEST_KEY = 12


@rule(
    "SEC302",
    title="A password stands in the file",
    layer=Layer.PRACTICE,
    severity=Severity.INFO,
    on=Service,
    keys=("environment",),
    url="https://docs.docker.com/compose/how-tos/environment-variables/best-practices/",
)
def password_in_file(service: Service, context: Context) -> Iterator[Finding]:
    """A Compose file is shared: by git, in chats, with this program, and its passwords with it. Everybody who runs it
    as it is has the same password, which matters as soon as a port is published.

    Write the value into `.env` beside the file, keep `.env` out of git, and write `${NAME}` here; or use `secrets`.

    ```yaml bad
    services:
      db:
        image: postgres:17
        environment:
          POSTGRES_PASSWORD: hunter2
    ```
    ```yaml good
    services:
      db:
        image: postgres:17
        environment:
          POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:-}
    ```
    """
    for variable in service.environment if service.get("environment") is not None else ():
        if _holds_a_secret(variable):
            yield Finding(
                variable.value_span,
                f"whoever reads this file knows `{variable.name}`: its value is written out",
                f"Put it into `.env`, and write `${{{variable.name}}}` here.",
            )


def _holds_a_secret(variable: EnvironmentVariable) -> bool:
    value = variable.value
    if not value or variable.node.interpolated is not None or value.startswith("/"):
        return False
    if "://" in value:
        return _IN_ADDRESS.match(value) is not None
    if _PASSWORD.search(variable.name):
        return value.lower() not in ("true", "false", "yes", "no", "none", "null")
    if _KEY.search(variable.name):
        return len(value) >= _SHORTEST_KEY and not is_placeholder(value) and token_maker(value) is None
    return False
