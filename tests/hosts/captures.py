"""What real hosts printed, kept under data/."""

from __future__ import annotations

from pathlib import Path

DATA = Path(__file__).parent / "data"


def capture(name: str) -> str:
    """The text of a capture such as `h200-x2/smi.xml`."""
    return (DATA / name).read_text(encoding="utf-8")
