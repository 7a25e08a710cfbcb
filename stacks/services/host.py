"""Hosts and their snapshots: read, kept, and never overwritten."""

from datetime import UTC, datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from stacks.facts.gpus import known_gpus
from stacks.hosts.detect import detect_host
from stacks.hosts.manual import GpuModel, describe_host
from stacks.hosts.reading import read_host
from stacks.hosts.serialization import from_json, to_json
from stacks.hosts.snapshot import HostSnapshot as Snapshot
from stacks.hosts.snapshot import SnapshotError
from stacks.models import Gpu, Host, HostSnapshot, Stack, Visibility
from stacks.services.access import hosts_of, own_hosts
from stacks.services.analysis import stacks_index
from stacks.services.texts import NAME_LIMIT, clean_name

HOST_TEXT_LIMIT = 4 * 1024 * 1024
"""Bytes of a text that describes a host: `nvidia-smi -q -x` of many GPUs is some hundred KiB."""

UNNAMED = "Unnamed host"

SOURCES = {
    "nvml": "the machine itself, by NVML",
    "docker": "the machine itself, by Docker",
    "mixed": "the machine itself",
    "nvidia-smi-xml": "nvidia-smi -q -x",
    "nvidia-smi-list": "nvidia-smi -L",
    "nvidia-smi-csv": "nvidia-smi --query-gpu, as CSV",
    "nvidia-smi-table": "nvidia-smi",
    "json": "a snapshot in JSON",
    "manual": "described by hand",
    "probe": "a probe on the host",
}


def host_create(*, user: User, name: str, snapshot: Snapshot) -> Host:
    """Make a host from its first snapshot; everyone signed in sees it, its owner changes it."""
    with transaction.atomic():
        host = Host.objects.create(
            owner=user,
            visibility=Visibility.SHARED,
            name=clean_name(name, default=snapshot.hostname or UNNAMED),
        )
        host_add_snapshot(host=host, snapshot=snapshot)
    return host


def host_detect(*, user: User) -> tuple[Host, bool]:
    """This machine as a host, and whether it is new; the user's host of its name gets a new snapshot instead."""
    snapshot = detect_host()
    name = clean_name(snapshot.hostname or "", default="This machine")
    known = own_hosts(user).filter(name=name).first()
    if known is None:
        return host_create(user=user, name=free_name(user, name), snapshot=snapshot), True
    host_add_snapshot(host=known, snapshot=snapshot)
    return known, False


def name_given(name: str, snapshot: Snapshot) -> str:
    """The name that a new host gets: the one typed, else the one that the snapshot knows."""
    return clean_name(name, default=snapshot.hostname or UNNAMED)


def host_named(user: User, name: str) -> Host | None:
    """The host of that name among those that the user sees, the user's own first; letters of either case are alike."""
    found = list(hosts_of(user).filter(name__iexact=clean_name(name, default=UNNAMED)))
    return min(found, key=lambda host: (host.owner_id != user.pk, host.pk), default=None)


def free_name(user: User, name: str) -> str:
    """The name, or the first numbered one that none of the hosts has which the user sees: `lab (2)`."""
    taken = {each.casefold() for each in hosts_of(user).values_list("name", flat=True)}
    numbered = (f"{name[: NAME_LIMIT - 7]} ({number})" for number in range(2, len(taken) + 3))
    return name if name.casefold() not in taken else next(each for each in numbered if each.casefold() not in taken)


def host_describe(*, user: User, name: str, model: GpuModel, count: int, driver_version: str = "") -> Host:
    """A host by hand: so many GPUs of a known model."""
    snapshot = describe_host(clean_name(name, default="Host"), model, count, driver_version=driver_version or None)
    return host_create(user=user, name=name, snapshot=snapshot)


def host_add_snapshot(*, host: Host, snapshot: Snapshot) -> HostSnapshot:
    """Keep what is known now as the host's newest snapshot; the earlier ones stay.

    Stacks that name the host are checked anew, whosever they are.
    """
    with transaction.atomic():
        kept = HostSnapshot.objects.create(
            host=host,
            document=to_json(snapshot),
            source=SOURCES.get(snapshot.source.value, snapshot.source.value),
            taken_at=moment_of(snapshot.taken_at),
            gpu_count=None if snapshot.gpus is None else len(snapshot.gpus),
            driver_version=(snapshot.driver_version or "")[:64],
            engine_version=((snapshot.engine and snapshot.engine.version) or "")[:64],
        )
        host.gpus.all().delete()
        Gpu.objects.bulk_create(
            Gpu(
                host=host,
                index=gpu.index,
                uuid=(gpu.uuid or "")[:80],
                name=gpu.name[:120],
                memory_total=gpu.memory_total,
            )
            for gpu in snapshot.gpus or ()
        )
        host.save(update_fields=["updated_at"])
    stacks_index(Stack.objects.filter(host=host).select_related("host"))
    return kept


def host_rename(*, host: Host, name: str) -> Host:
    host.name = clean_name(name, default=host.name)
    host.save(update_fields=["name", "updated_at"])
    return host


def host_delete(*, host: Host) -> None:
    """Take a host out of every list; stacks that named it, whosever they are, are checked anew, against none.

    `host_undelete` brings it back with its snapshots, and gives it back to those stacks.
    """
    with transaction.atomic():
        concerned = list(Stack.objects.filter(host=host).values_list("pk", flat=True))
        host.deleted_at, host.deleted_from = timezone.now(), concerned
        host.save(update_fields=["deleted_at", "deleted_from"])
        Stack.objects.filter(pk__in=concerned).update(host=None)
    stacks_index(Stack.objects.filter(pk__in=concerned))


def host_undelete(*, host: Host) -> None:
    """Bring a deleted host back, for those of its stacks too that have been given no other host since."""
    with transaction.atomic():
        concerned = list(Stack.objects.filter(pk__in=host.deleted_from, host=None).values_list("pk", flat=True))
        host.deleted_at, host.deleted_from = None, []
        host.save(update_fields=["deleted_at", "deleted_from"])
        Stack.objects.filter(pk__in=concerned).update(host=host)
    stacks_index(Stack.objects.filter(pk__in=concerned).select_related("host"))


def snapshot_read(text: str | bytes) -> Snapshot:
    """What a pasted or uploaded text says of a host. Raises SnapshotError, whose message is for the user."""
    return read_host(text)


def snapshot_load(kept: HostSnapshot) -> Snapshot | None:
    """A kept snapshot as the engine knows it; None for one that a later version of the product wrote."""
    try:
        return from_json(kept.document)
    except SnapshotError:
        return None


def moment_of(text: str) -> datetime | None:
    """A snapshot's time; None where it is not one. A time without a zone is taken as UTC."""
    moment = parse_datetime(text)
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment


def known_models() -> tuple[GpuModel, ...]:
    """The GPU models that a host can be described with."""
    return known_gpus()
