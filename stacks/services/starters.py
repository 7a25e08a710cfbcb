"""Loads the starter templates that come with the product into the gallery."""

import re
from dataclasses import dataclass
from pathlib import Path

from stacks.models import Template, Visibility
from stacks.services.template import STARTER_SLUG

FOLDER = Path(__file__).resolve().parent.parent / "facts" / "starters"
_KEYS = ("title", "description", "needs")
_HEADER = re.compile(rf"# *({'|'.join(_KEYS)}): *(.*)")
_NEED = re.compile(r"(gpus|vram|port)=(\d+)")


@dataclass(frozen=True, slots=True)
class Starter:
    """A starter file: what its leading comments say, and its text without them. `vram` is GiB on each GPU."""

    slug: str
    title: str
    description: str
    needs: dict[str, int]
    document: str
    environment: str


def read_starter(path: Path) -> Starter:
    """Read `name.yaml`, and `name.env` where there is one.

    Leading lines `# title: …`, `# description: …` and `# needs: gpus=1 vram=16 port=8000` describe it; other comments
    belong to the document.
    """
    header: dict[str, str] = {}
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    while lines and (found := _HEADER.fullmatch(lines[0].strip())):
        header[found[1]] = found[2]
        lines.pop(0)
    environment = path.with_suffix(".env")
    return Starter(
        slug=STARTER_SLUG + path.stem,
        title=header.get("title", path.stem),
        description=header.get("description", ""),
        needs={name: int(number) for name, number in _NEED.findall(header.get("needs", ""))},
        document="".join(lines).lstrip("\n"),
        environment=environment.read_text(encoding="utf-8") if environment.exists() else "",
    )


def starters_load(folder: Path = FOLDER) -> int:
    """Bring the gallery's starters up to date with the files of a folder; how many there are.

    A starter that has no file any more goes; stacks made from it stay. Running it again changes nothing.
    """
    starters = [read_starter(path) for path in sorted(folder.glob("*.yaml"))]
    for starter in starters:
        Template.objects.update_or_create(
            slug=starter.slug,
            starter=True,
            defaults={
                "title": starter.title,
                "description": starter.description,
                "document": starter.document,
                "environment": starter.environment,
                "gpus_needed": starter.needs.get("gpus"),
                "vram_gib_needed": starter.needs.get("vram"),
                "port": starter.needs.get("port"),
                "visibility": Visibility.SHARED,
            },
        )
    Template.objects.filter(starter=True).exclude(slug__in=[starter.slug for starter in starters]).delete()
    return len(starters)
