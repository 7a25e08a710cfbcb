"""Makes everything ready that `make run` needs, and says how to log in. Safe to run again at any time."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from gpustack.environment import write_private
from stacks.models import Host
from stacks.services.accounts import account_create_first, first_login_path
from stacks.services.host import host_detect
from stacks.services.starters import starters_load


class Command(BaseCommand):
    help = "Migrate, make the first user, load the starter templates, read this machine; then print URL and login."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--url", default="http://127.0.0.1:8000/", help="the address to print")

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        path = first_login_path(Path(settings.DATA_DIR))
        first = account_create_first()
        if first:
            path.unlink(missing_ok=True)
            write_private(path, f"name: {first[0]}\npassword: {first[1]}\n")
        starters = starters_load()
        self.stdout.write(f"GPU Compose: {starters} starter template{'' if starters == 1 else 's'} loaded")
        self._read_this_machine()
        self._print_login(str(options["url"]), path, first)

    def _read_this_machine(self) -> None:
        """Only while there is no host: later it is the users' to say when a machine is read again."""
        user = get_user_model().objects.filter(is_superuser=True, is_active=True).order_by("pk").first()
        if user is None or Host.objects.exists():
            return
        host, _ = host_detect(user=user)
        seen = host.gpus.count()
        self.stdout.write(f"This machine is the host “{host.name}”, {seen} GPU{'' if seen == 1 else 's'} seen")

    def _print_login(self, url: str, path: Path, first: tuple[str, str] | None) -> None:
        self.stdout.write(f"Open   {url}")
        if first:
            self.stdout.write(f"Name   {first[0]}\nPass   {first[1]}   (also in {path}; change it under your name)")
        elif path.exists():
            self.stdout.write(f"Login  as before; the first one is noted in {path}")
