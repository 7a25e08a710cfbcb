"""Adding hosts by each door, what the doors refuse, and the pages of a host."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from stacks.hosts.serialization import to_json
from stacks.hosts.snapshot import Engine, Gpu, HostSnapshot, Source
from stacks.models import Host
from stacks.models import HostSnapshot as KeptSnapshot
from stacks.services.host import SOURCES, host_add_snapshot, host_create, snapshot_load
from stacks.services.host_facts import abilities, memory_bar
from stacks.services.stack import stack_create
from tests.web.conftest import NVIDIA_SMI_LIST

READ = "/hosts/new/read/"
GIB = 1024**3


def full_snapshot(**engine: object) -> HostSnapshot:
    gpu = Gpu(
        0,
        "NVIDIA H200 <b>",
        uuid="GPU-abcdef00-0000-0000-0000-00001234abcd",
        memory_total=140 * GIB,
        memory_used=35 * GIB,
    )
    return HostSnapshot(
        Source.MIXED,
        "2026-11-01T10:00:00Z",
        gpus=(gpu,),
        driver_version="580.95.05",
        hostname="lab",
        engine=Engine(**engine),
    )


def test_pasting(client: Client, ada: User) -> None:
    page = client.post(READ, {"text": NVIDIA_SMI_LIST, "name": "lab <b>"}, follow=True).content.decode()
    host = Host.objects.get()
    assert (host.name, host.owner, host.snapshots.count()) == ("lab <b>", ada, 1)
    assert list(host.gpus.values_list("index", "name")) == [(0, "NVIDIA H200"), (1, "NVIDIA H200")]
    assert "lab &lt;b&gt;" in page and "…11111111" in page


def test_uploading_json_takes_the_hosts_own_name(client: Client) -> None:
    upload = SimpleUploadedFile("host.json", to_json(full_snapshot()).encode())
    client.post(READ, {"upload": upload})
    host = Host.objects.get()
    assert host.name == "lab"
    kept = host.latest
    assert kept is not None
    assert snapshot_load(kept) == full_snapshot()
    assert str(kept.taken_at) == "2026-11-01 10:00:00+00:00"


@pytest.mark.parametrize(
    ("text", "status", "said"),
    [
        ("", 422, "nothing to read"),
        ("hello <there>", 422, "not a description of a host"),
        (json.dumps({"version": 99, "taken_at": "2026-01-01T00:00:00Z", "gpus": []}), 422, "version 99"),
        ("[1, 2]", 422, "JSON object"),
        ("GPU 0: NVIDIA H200 (UUID: GPU-1111", 422, "Line 1"),
        ("<?xml version='1.0'?><nvidia_smi_log><gpu id='0'>", 422, "the XML breaks off"),
        ("x" * (4 * 1024 * 1024 + 1), 413, "the limit is 4,096 KiB"),
    ],
)
def test_a_text_that_describes_no_host_is_refused_and_kept(client: Client, text: str, status: int, said: str) -> None:
    response = client.post(READ, {"text": text, "name": "kept <name>"})
    page = response.content.decode()
    assert response.status_code == status
    assert said.lower() in page.lower()
    assert 'value="kept &lt;name&gt;"' in page
    assert "hello <there>" not in page
    assert not Host.objects.exists()


@pytest.mark.parametrize("data", [b"", b"\x00\x01\x02\xff", b"\xff\xfe\x00"])
def test_an_upload_that_is_no_text_is_refused(client: Client, data: bytes) -> None:
    response = client.post(READ, {"upload": SimpleUploadedFile("x.bin", data), "text": NVIDIA_SMI_LIST})
    assert response.status_code == 422
    assert "NVIDIA H200" in response.content.decode()
    assert not Host.objects.exists()


def test_describing_by_hand(client: Client) -> None:
    page = client.get("/hosts/new/").content.decode()
    model = next(name for name in ("H100 PCIe, 80 GB", "A100 PCIe 80GB, 80 GB", "L40S, 48 GB") if name in page)
    given = {"name": "planned", "model": model, "count": 4, "driver_version": "580.95.05"}
    client.post("/hosts/new/describe/", given)
    host = Host.objects.get()
    kept = host.latest
    assert kept is not None
    assert (host.name, host.gpus.count(), kept.driver_version) == ("planned", 4, "580.95.05")
    for wrong in ({"model": "Voodoo 2"}, {"count": 0}, {"driver_version": "new"}, {"name": ""}):
        response = client.post("/hosts/new/describe/", {**given, **wrong})
        assert response.status_code == 422, wrong
    assert Host.objects.count() == 1


@pytest.mark.parametrize(
    ("driver", "words"),
    [("525.60.13", "12.0, by the driver&#x27;s version"), ("", "not known"), ("100.2.3", "not known")],
)
def test_the_newest_cuda_is_what_the_rules_go_by(client: Client, driver: str, words: str) -> None:
    given = {"name": "planned", "model": "L40S, 48 GB", "count": 1, "driver_version": driver}
    page = client.post("/hosts/new/describe/", given, follow=True).content.decode()
    assert f'<dt>CUDA, at most</dt><dd class="mono">{words}</dd>' in page


def test_an_upload_that_is_too_large_is_said_to_be_as_large_as_it_is(client: Client) -> None:
    response = client.post(READ, {"upload": SimpleUploadedFile("x.txt", b"x" * (5 * 1024 * 1024))})
    assert response.status_code == 413
    assert "The file is 5,120 KiB; the limit is 4,096 KiB" in response.content.decode()


def test_detecting_twice_makes_one_host_with_two_snapshots(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stacks.services.host.detect_host", full_snapshot)
    for _ in range(2):
        client.post("/hosts/new/detect/")
    assert Host.objects.get().snapshots.count() == 2


def test_a_newer_snapshot_keeps_the_earlier_one(client: Client, host: Host) -> None:
    first = host.latest
    assert first is not None
    client.post(f"/hosts/{host.pk}/update/", {"text": to_json(full_snapshot())})
    host = Host.objects.get()
    assert [kept.gpu_count for kept in host.snapshots.all()] == [1, 2]
    assert host.gpus.count() == 1
    now = client.get(f"/hosts/{host.pk}/").content.decode()
    assert "…1234abcd" in now and "earlier snapshot" not in now
    then = client.get(f"/hosts/{host.pk}/?snapshot={first.pk}").content.decode()
    assert "…11111111" in then and "earlier snapshot" in then
    for wrong in ("999999", "x", "9" * 40, "-1"):
        assert client.get(f"/hosts/{host.pk}/?snapshot={wrong}").status_code == 404
    assert client.post(f"/hosts/{host.pk}/update/", {"text": "nothing"}).status_code == 422
    assert host.snapshots.count() == 2


def test_memory_is_a_bar_in_gib(client: Client, ada: User) -> None:
    host = host_create(user=ada, name="", snapshot=full_snapshot())
    page = client.get(f"/hosts/{host.pk}/").content.decode()
    assert 'aria-label="35 GiB of 140 GiB in use"' in page
    assert 'width="25.00%"' in page
    assert "NVIDIA H200 &lt;b&gt;" in page and "NVIDIA H200 <b>" not in page


@pytest.mark.parametrize(("used", "width"), [(None, "0"), (0, "0"), (7 * GIB, "70.00"), (99 * GIB, "100.00")])
def test_the_bar_stays_within_the_card(used: int | None, width: str) -> None:
    bar = memory_bar(Gpu(0, "x", memory_total=10 * GIB, memory_used=used))
    assert bar is not None
    assert bar.used_width == width
    assert memory_bar(Gpu(0, "x")) is None


def states(**engine: object) -> list[str]:
    return [ability.state for ability in abilities(full_snapshot(**engine))]


def test_the_engines_checklist_says_yes_no_or_unknown() -> None:
    assert states() == ["yes", "unknown", "unknown", "unknown"]
    assert states(nvidia_hook=False, runtimes=("runc",), cdi_devices=()) == ["yes", "no", "no", "no"]
    able = states(nvidia_hook=True, runtimes=("runc", "nvidia"), cdi_devices=("nvidia.com/gpu=0",))
    assert able == ["yes", "yes", "yes", "yes"]


def test_a_host_whose_gpus_are_unknown_does_not_say_it_has_none(client: Client, host: Host) -> None:
    host_add_snapshot(host=host, snapshot=HostSnapshot(Source.DOCKER, "2026-11-01T10:00:00Z", engine=Engine("28.5")))
    assert "are not known" in client.get(f"/hosts/{host.pk}/").content.decode()
    host_add_snapshot(host=host, snapshot=HostSnapshot(Source.NVML, "2026-11-01T10:00:00Z", gpus=()))
    assert "has no GPU" in client.get(f"/hosts/{host.pk}/").content.decode()


def test_renaming_and_the_list(client: Client, host: Host) -> None:
    client.post(f"/hosts/{host.pk}/settings/", {"name": "renamed <x>"})
    page = client.get("/hosts/").content.decode()
    assert "renamed &lt;x&gt;" in page and "2 GPUs" in page
    assert client.post(f"/hosts/{host.pk}/settings/", {"name": ""}).status_code == 422


def test_a_taken_name_is_refused_with_the_offer_of_a_snapshot(client: Client, host: Host) -> None:
    for name in ("lab-2", " LAB-2 "):
        response = client.post(READ, {"text": NVIDIA_SMI_LIST, "name": name})
        page = response.content.decode()
        assert response.status_code == 422
        assert "A host “lab-2” is there already (2 × NVIDIA H200)" in page and "such as “lab-2 (2)”" in page
        assert f'name="to" value="{host.pk}"' in page and "GPU-22222222" in page
    assert Host.objects.count() == 1
    client.post(READ, {"text": NVIDIA_SMI_LIST, "name": "lab-2", "to": host.pk})
    assert (Host.objects.count(), host.snapshots.count()) == (1, 2)
    client.post(READ, {"text": NVIDIA_SMI_LIST, "name": "lab-2 (2)"})
    assert "such as “lab-2 (3)”" in client.post(READ, {"text": NVIDIA_SMI_LIST, "name": "lab-2"}).content.decode()


def test_a_taken_name_is_refused_for_described_and_renamed_hosts(client: Client, ada: User, host: Host) -> None:
    given = {"name": "lab-2", "model": "L40S, 48 GB", "count": 1}
    assert client.post("/hosts/new/describe/", given).status_code == 422
    other = host_create(user=ada, name="other", snapshot=full_snapshot())
    assert client.post(f"/hosts/{other.pk}/settings/", {"name": "lab-2"}).status_code == 422
    assert client.post(f"/hosts/{other.pk}/settings/", {"name": "Other"}).status_code == 302
    assert set(Host.objects.values_list("name", flat=True)) == {"lab-2", "Other"}


def test_another_users_host_gets_no_snapshot(bobs_client: Client, host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    response = bobs_client.post(READ, {"text": NVIDIA_SMI_LIST, "name": "lab-2"})
    assert response.status_code == 422 and 'name="to"' not in response.content.decode()
    bobs_client.post(READ, {"text": NVIDIA_SMI_LIST, "name": "lab-2", "to": host.pk})
    assert host.snapshots.count() == 1
    monkeypatch.setattr("stacks.services.host.detect_host", lambda: replace(full_snapshot(), hostname="lab-2"))
    bobs_client.post("/hosts/new/detect/")
    assert set(Host.objects.values_list("name", flat=True)) == {"lab-2", "lab-2 (2)"}


def test_host_choices_say_what_gpus_they_have(client: Client, ada: User, host: Host) -> None:
    host_create(user=ada, name="blind", snapshot=HostSnapshot(Source.DOCKER, "2026-11-01T10:00:00Z"))
    host_create(user=ada, name="none", snapshot=HostSnapshot(Source.NVML, "2026-11-01T10:00:00Z", gpus=()))
    for address in ("/stacks/new/", "/templates/"):
        page = client.get(address).content.decode()
        for words in ("lab-2 · 2 × NVIDIA H200<", "blind · GPUs not known<", "none · no GPU<"):
            assert words in page, address


def test_no_host_yet(client: Client) -> None:
    assert "No host yet" in client.get("/hosts/").content.decode()


def test_every_source_of_a_snapshot_has_words() -> None:
    assert SOURCES.keys() == {source.value for source in Source}


def test_a_snapshot_of_a_later_version_is_said_not_to_be_read(client: Client, ada: User) -> None:
    host = host_create(user=ada, name="lab", snapshot=full_snapshot())
    KeptSnapshot.objects.update(document='{"version": 99}')
    stack = stack_create(user=ada, name="x", document="services: {a: {image: 'python:3.12'}}", host=host)
    assert "written by a later version" in client.get(host.get_absolute_url()).content.decode()
    assert stack.checked_snapshot is None
    assert client.get(stack.get_absolute_url()).status_code == 200
