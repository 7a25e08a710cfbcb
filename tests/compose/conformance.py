"""Asking the oracle about many single values in few calls: the accepted ones together, the refused ones each alone."""

from __future__ import annotations

import json
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.oracle import ComposeOracle

JSON_OPTIONS = ("--format", "json")


def quoted(text: str) -> str:
    """A YAML scalar that Compose reads as exactly `text`, dollar signs included."""
    return json.dumps(text.replace("$", "$$"), ensure_ascii=False)


def services_with(key: str, texts: Iterable[str], *, in_list: bool = False) -> str:
    """A Compose file with one service per text, each of which has `key` set to it."""
    lines = ["services:"]
    for number, text in enumerate(texts):
        value = f"[{quoted(text)}]" if in_list else quoted(text)
        image = [] if key == "image" else ["    image: x"]
        lines += [f"  s{number}:", *image, f"    {key}: {value}"]
    return "\n".join(lines) + "\n"


def read_by_compose(
    oracle: ComposeOracle,
    key: str,
    texts: list[str],
    *,
    in_list: bool = False,
    options: tuple[str, ...] = JSON_OPTIONS,
    more: str = "",
) -> list[Any]:
    """What Compose makes of each text, all of which it must accept."""
    answer = oracle.config(services_with(key, texts, in_list=in_list) + more, options=options)
    services = answer.project["services"]
    return [services[f"s{number}"].get(key) for number in range(len(texts))]


def accepted_by_compose(
    oracle: ComposeOracle, key: str, texts: list[str], *, in_list: bool = False, options: tuple[str, ...] = ("-q",)
) -> list[str]:
    """Those of `texts` that Compose accepts, each asked alone."""

    def accepts(text: str) -> bool:
        return oracle.config(services_with(key, [text], in_list=in_list), options=options).accepted

    with ThreadPoolExecutor(max_workers=2) as pool:
        return [text for text, accepted in zip(texts, pool.map(accepts, texts), strict=True) if accepted]
