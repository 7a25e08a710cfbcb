"""The document of a stack made from nothing: one service, as the form describes it."""

import json
import re

_PLAIN_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_PLAIN_IMAGE = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*(:[A-Za-z0-9_][A-Za-z0-9_.-]*)?(@sha256:[0-9a-f]{64})?")
_OTHER_MEANING = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}


def blank_document(*, service: str, image: str, gpus: int) -> str:
    """A Compose document with one service; `gpus` is how many it asks for, 0 for none."""
    lines = ["services:", f"  {_scalar(service, _PLAIN_NAME)}:", f"    image: {_scalar(image, _PLAIN_IMAGE)}"]
    if gpus:
        lines += [
            "    deploy:",
            "      resources:",
            "        reservations:",
            "          devices:",
            "            - driver: nvidia",
            f"              count: {gpus}",
            "              capabilities: [gpu]",
        ]
    return "\n".join(lines) + "\n"


def _scalar(text: str, plain: re.Pattern[str]) -> str:
    """A YAML scalar that reads back as this very text; JSON's quoting is YAML's double-quoted style."""
    if plain.fullmatch(text) and text.lower() not in _OTHER_MEANING:
        return text
    return json.dumps(text, ensure_ascii=False)
