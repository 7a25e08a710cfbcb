"""Services that serve language models: which server it is, and what its options say of GPUs and memory."""

from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple

from stacks.arguments import Option, Word, command_words, option
from stacks.compose.document import Document, Service
from stacks.compose.once import once
from stacks.facts.images import image_facts
from stacks.facts.tables import table

_CHOOSING = frozenset({"--base-gpu-id", "--gpu-id-step", "--main-gpu", "--tensor-split"})


class ModelServer(NamedTuple):
    """One server. `row` is its entry in servers.toml."""

    service: Service
    row: dict[str, Any]

    @property
    def title(self) -> str:
        return str(self.row["title"])

    @property
    def is_strict(self) -> bool:
        """Whether it does not start where the model does not fit on the GPUs."""
        return bool(self.row["strict"])

    def option(self, name: str) -> Option | None:
        """The option that `name` stands for in servers.toml, where the command gives it."""
        return option(self.service, *self.row[name]) if name in self.row else None

    @property
    def model(self) -> Word | None:
        """The model that it is told to serve: a name, or a path."""
        given = self.option("model")
        if given is not None and given.value.text:
            return given.value
        variable = self.service.variable(self.row["model_variable"]) if "model_variable" in self.row else None
        if variable is not None and variable.value:
            return Word(variable.value, variable.value_span)
        words, verb = command_words(self.service), self.row.get("serves_models_by")
        for word, following in pairwise(words):
            if verb is not None and word.text == verb and not following.text.startswith("-"):
                return following
        return None

    @property
    def parallel(self) -> tuple[int, Word | None] | None:
        """Over how many GPUs it spreads, and where that is said; None where that cannot be read from the file.

        The product of tensor, pipeline and data parallelism, at the option that gives the most.
        """
        if self.option("several_hosts") is not None:
            return None
        total, place, most = 1, None, 1
        for name in ("parallel", "pipeline", "data"):
            given = self.option(name)
            if given is None:
                continue
            if not given.value.text.isdigit() or not given.value.text.isascii():
                return None
            number = int(given.value.text[:6])
            total *= number
            if number > most:
                most, place = number, given.value
        variable = self.service.variable(self.row["parallel_variable"]) if "parallel_variable" in self.row else None
        if variable is not None and (variable.value or "").isdigit() and place is None:
            return int((variable.value or "1")[:6]), Word(variable.value or "", variable.value_span)
        return total, place

    @property
    def share(self) -> tuple[float, Word | None] | None:
        """The part of each GPU's memory that it takes at start, and where that is said; None where it takes no part."""
        given = self.option("share_option") if "share" in self.row else None
        if given is None:
            return (float(self.row["share"]), None) if "share" in self.row else None
        try:
            return float(given.value.text), given.value
        except ValueError:
            return None


@once
def model_server(service: Service) -> ModelServer | None:
    """The server that a service runs, by its image or by its command; None where it is no known one."""
    by_image, by_program = _tables()
    reference = image_facts(service.image.string).reference if service.image is not None else None
    row = by_image.get(reference.name) if reference is not None else None
    words = command_words(service)
    if row is not None and _is_started(service, row, words):
        return ModelServer(service, row)
    for index, word in enumerate(words):
        found = by_program.get(word.text)
        if found is not None and (word.text != "vllm" or (index + 1 < len(words) and words[index + 1].text == "serve")):
            return ModelServer(service, found)
    return None


def _is_started(service: Service, row: dict[str, Any], words: tuple[Word, ...]) -> bool:
    """Whether the image's own program runs, or one that the file names in its place serves a model."""
    if service.get("entrypoint") is None or not words:
        return True
    names = {*row["programs"], *row["model"]}
    return any(word.text in names or word.text.partition("=")[0] in names for word in words)


def chooses_gpu_itself(service: Service) -> bool:
    """Whether the command says which of the container's GPUs to use."""
    return any(
        word.text.startswith("CUDA_VISIBLE_DEVICES=") or word.text.partition("=")[0] in _CHOOSING
        for word in command_words(service)
    )


@cache
def _tables() -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
    rows = table("servers")["server"]
    return (
        {name: row for row in rows for name in row["images"]},
        {word: row for row in rows for word in row["programs"]},
    )


@once
def model_servers(document: Document) -> tuple[ModelServer, ...]:
    """The servers of a document, found once."""
    found = (model_server(service) for service in document.services)
    return tuple(server for server in found if server is not None)
