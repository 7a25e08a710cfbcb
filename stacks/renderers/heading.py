"""The comment at the top of a rendered file: what it is for."""

from collections import Counter

from stacks.compose.layout import Layout
from stacks.hosts.snapshot import HostSnapshot
from stacks.patterns import lazy_pattern
from stacks.renderers.pinning import Pin

_HEADING = lazy_pattern(r"# Rendered by gpu-compose for [^\r\n]*(?:\r\n|\n|\r|\Z)")
_PIN_WORDS = {
    Pin.KEEP: "GPUs named as in the original",
    Pin.UUID: "GPUs pinned by UUID",
    Pin.INDEX: "GPUs pinned by index",
    Pin.COUNT: "GPUs pinned by count",
}


def with_heading(text: str, target: str, pin: Pin, host: HostSnapshot | None) -> str:
    """The text with a comment that says its target in its first line, in the place of an earlier one."""
    layout = Layout(text)
    start = layout.first
    earlier = _HEADING.match(text, start)
    rest = text[earlier.end() :] if earlier else text[start:]
    where = f" on {host_words(host)}" if host is not None and pin is not Pin.KEEP else ""
    return f"{text[:start]}# Rendered by gpu-compose for {target}; {_PIN_WORDS[pin]}{where}{layout.newline}{rest}"


def host_words(host: HostSnapshot) -> str:
    """A host in a few words: `lab-2 (2 × NVIDIA H200, driver 580.159.04)`."""
    models = Counter(gpu.name for gpu in host.gpus or ())
    facts = [f"{number} × {name}" for name, number in models.items()]
    if host.driver_version:
        facts.append(f"driver {host.driver_version}")
    name = host.hostname or "this host"
    words = f"{name} ({', '.join(facts)})" if facts else name
    return "".join(character if character.isprintable() else "?" for character in words)
