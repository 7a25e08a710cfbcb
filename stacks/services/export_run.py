"""The lines that run an exported file on its host, and what should be seen then."""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from stacks.allocation import Allocation, Holding, allocate
from stacks.compose.document import Document, Service
from stacks.facts.services import starts_a_shell
from stacks.hosts.snapshot import HostSnapshot
from stacks.jobs import job_of, starts_only_a_shell


@dataclass(frozen=True, slots=True)
class Seen:
    """A service that asks for GPUs: the line that looks, and what nvidia-smi should print then.

    `words` says why not where that cannot be known; a service that will not start has no line either.
    """

    service: str
    command: str
    output: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Running:
    up: str
    seen: tuple[Seen, ...]


def running(document: Document, host: HostSnapshot | None) -> Running:
    """How to start a document's services, and what those with GPUs should see on this host."""
    allocation = allocate(document, host)
    users = [service for service in document.services if service.replicas and _asks(allocation, service)]
    profiles = dict.fromkeys(service.profiles[0] for service in users if service.profiles)
    flags = "".join(f" --profile {shlex.quote(profile)}" for profile in profiles)
    started = [service for service in document.services if service.replicas]
    waits = "" if started and all(map(_ends, started)) else " -d"
    return Running(f"docker compose{flags} up{waits}", tuple(_seen(allocation, service) for service in users))


def _ends(service: Service) -> bool:
    """Whether the container is over before anybody could look into it."""
    return job_of(service) is not None or starts_only_a_shell(service)


def _looking(service: Service) -> str:
    """The line that prints the GPUs of a service: in its container, or in one of its own where that has ended."""
    name = shlex.quote(service.name)
    if not _ends(service):
        return f"docker compose exec {name} nvidia-smi -L"
    image = service.image
    if service.get("entrypoint") is None and image is not None and starts_a_shell(image.string):
        return f"docker compose run --rm {name} nvidia-smi -L"
    return f"docker compose run --rm --entrypoint nvidia-smi {name} -L"


def _asks(allocation: Allocation, service: Service) -> bool:
    return any(not claim.is_nothing for claim in allocation.of_service(service.name))


def _seen(allocation: Allocation, service: Service) -> Seen:
    command = _looking(service)
    unknown = [identifier.text for claim, identifier in allocation.unresolved if claim.service is service]
    if allocation.host is None or allocation.host.gpus is None:
        words = "should print its GPUs, one a line. Choose a host whose GPUs are known to see which they are."
        return Seen(service.name, command, words=words)
    if unknown:
        names = ", ".join(f"`{name}`" for name in unknown)
        return Seen(service.name, "", words=f"will not start: the host has no GPU {names}.")
    output = "\n".join(_lines(allocation.held_by(service.name)))
    return (
        Seen(service.name, command, output)
        if output
        else Seen(service.name, "", words="will not start: the host has no GPU.")
    )


def _lines(holdings: tuple[Holding, ...]) -> Iterator[str]:
    """As nvidia-smi prints them in the container, where GPUs are numbered anew from 0."""
    ordered = sorted({holding.gpu.index: holding.gpu for holding in holdings}.items())
    for number, (index, gpu) in enumerate(ordered):
        yield f"GPU {number}: {gpu.name or 'GPU'}" + (f" (UUID: {gpu.uuid})" if gpu.uuid else "")
        instances = {id(one.mig_instance): one.mig_instance for one in holdings if one.gpu.index == index}
        for instance in instances.values():
            if instance is not None:
                yield f"  MIG {instance.profile or ''}" + (f" (UUID: {instance.uuid})" if instance.uuid else "")
