"""One request of the editor's live panel, through Django as a browser's request goes, on a stack of 20 services."""

import os
import tempfile
from typing import TYPE_CHECKING

from bench.generate import compose_text, host_with
from bench.measure import alternating, milliseconds, show
from gpustack.server import prepare_process

if TYPE_CHECKING:
    from django.test import Client

SERVICES = 20
RUNS = 21


def run() -> None:
    """Print the median time of the request, with a text that has changed each time and with one that has not."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"GPU_COMPOSE_DATA": folder, "DJANGO_SETTINGS_MODULE": "gpustack.settings"}
        os.environ["GPU_COMPOSE_LOG_LEVEL"] = "WARNING"
        os.environ.pop("GPU_COMPOSE_DATABASE_URL", None)
        client, address = _prepare()
        _post(client, address, compose_text(SERVICES))
        prepare_process()
        counter = iter(range(10**6))

        def typed() -> None:
            _post(client, address, f"# {next(counter)}\n{compose_text(SERVICES)}")

        def unchanged() -> None:
            _post(client, address, compose_text(SERVICES))

        times = alternating([typed, unchanged], RUNS)
    rows = [[name, milliseconds(time)] for name, time in zip(("a changed text", "the same text"), times, strict=True)]
    show(f"The live panel, {SERVICES} services and a host", ["request with", "median (ms)"], rows)


def _prepare() -> "tuple[Client, str]":
    """A signed-in browser, and the address of the panel of a stack with a host."""
    import django

    django.setup()
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.test import Client
    from django.urls import reverse

    from stacks.hosts.reading import read_host
    from stacks.hosts.serialization import to_json
    from stacks.services.host import host_create
    from stacks.services.stack import stack_create

    call_command("migrate", verbosity=0)
    user = User.objects.create_user("bench")
    host = host_create(user=user, name="bench", snapshot=read_host(to_json(host_with(SERVICES))))
    stack = stack_create(user=user, name="bench", document=compose_text(SERVICES), host=host)
    client = Client(SERVER_NAME="localhost", headers={"HX-Request": "true"})
    client.force_login(user)
    return client, reverse("stack-live", args=[stack.pk])


def _post(client: "Client", address: str, text: str) -> None:
    answer = client.post(address, {"document": text, "environment": "", "version": "1"})
    if answer.status_code != 200:
        raise RuntimeError(f"the panel answered {answer.status_code}")
