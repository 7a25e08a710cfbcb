"""The variables of GPU containers: names, words and who sets them, out of environment.toml."""

from stacks.compose.images import parse_image
from stacks.compose.values import Invalid
from stacks.facts.spelling import closest
from stacks.facts.tables import table

_NAME = "environment"
_SURE = 0.93  # of two names this near one is a slip of the other; NVIDIA_VISIBLE_DEVICES has no legal neighbour so near


def variable_meant(name: str) -> str | None:
    """The variable whose name was misspelt as `name`; None where it is right, or nothing like one of these."""
    if not name.upper().startswith(("NVIDIA", "CUDA", "NIVIDIA", "NVIDA")):
        return None
    names = table(_NAME)["variables"]
    if name in names["known"]:
        return None
    found: str | None = names["meant"].get(name)
    return found or closest(name, names["known"], _SURE)


def variables_read_by_gpu_stack() -> tuple[str, ...]:
    """The variables whose values the toolkit and CUDA take apart, so that quotes inside them break them."""
    return tuple(table(_NAME)["variables"]["exact"])


def is_read_by_gpu_stack(name: str) -> bool:
    return name in table(_NAME)["variables"]["exact"]


def device_orders() -> tuple[str, ...]:
    """The values that CUDA knows for CUDA_DEVICE_ORDER."""
    return tuple(table(_NAME)["device_orders"]["known"])


def is_read_by_toolkit(name: str) -> bool:
    """Whether NVIDIA's toolkit reads the variable while it gives a container a GPU, though it asks for none."""
    return name in table(_NAME)["variables"]["toolkit"] or name.startswith("NVIDIA_REQUIRE_")


def known_driver_capabilities() -> frozenset[str]:
    """The words that the toolkit takes in NVIDIA_DRIVER_CAPABILITIES."""
    return frozenset(table(_NAME)["driver_capabilities"]["known"])


def driver_capability_meant(word: str) -> str | None:
    """The word that was meant; empty where it may simply go, None where nobody can tell."""
    words = table(_NAME)["driver_capabilities"]
    found: str | None = words["meant"].get(word.lower())
    return found if found is not None else closest(word, words["known"])


def capability_needed_by(word: str) -> str | None:
    """The driver capability that a program or option of this name needs; None where none is known."""
    found: str | None = table(_NAME)["driver_capabilities"]["needed_by_words"].get(word.rpartition("/")[2].lower())
    return found


def sets_visible_devices(image: str) -> bool:
    """Whether an image is known to set NVIDIA_VISIBLE_DEVICES itself; false where it is not known."""
    reference = parse_image(image)
    if isinstance(reference, Invalid):
        return False
    return reference.name.startswith(tuple(table(_NAME)["visible_devices_images"]["prefixes"]))
