"""What nvidia-smi prints, whole, dressed up by terminals, cut off, and wrong."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacks.hosts.reading import read_host
from stacks.hosts.snapshot import ComputeMode, GpuProcess, MigInstance, NoteLevel, SnapshotError
from tests.hosts.captures import capture

MIB = 1024**2
TEXTS = ("smi.xml", "smi-L.txt", "query.csv", "smi.txt")
WHEN = "2026-11-23T08:00:00Z"
MIG_XML = """<?xml version="1.0" ?>
<!DOCTYPE nvidia_smi_log SYSTEM "nvsmi_device_v12.dtd">
<nvidia_smi_log>
  <driver_version>550.54.15</driver_version>
  <attached_gpus>1</attached_gpus>
  <gpu id="00000000:01:00.0">
    <product_name>NVIDIA A100-SXM4-80GB</product_name>
    <mig_mode><current_mig>Enabled</current_mig><pending_mig>Enabled</pending_mig></mig_mode>
    <mig_devices>
      <mig_device>
        <index>0</index><gpu_instance_id>1</gpu_instance_id><compute_instance_id>0</compute_instance_id>
        <fb_memory_usage><total>40448 MiB</total><used>37 MiB</used></fb_memory_usage>
      </mig_device>
    </mig_devices>
    <uuid>GPU-10000000-1111-4222-8333-444444444444</uuid>
    <minor_number>N/A</minor_number>
    <fb_memory_usage><total>Insufficient Permissions</total><used>N/A</used></fb_memory_usage>
    <compute_mode>Exclusive_Process</compute_mode>
    <processes>
      <process_info>
        <pid>4242</pid><type>C</type><process_name>python &amp; co</process_name><used_memory>N/A</used_memory>
      </process_info>
    </processes>
  </gpu>
</nvidia_smi_log>
"""
MIG_LIST = """\
GPU 0: NVIDIA A100-SXM4-80GB (UUID: GPU-10000000-1111-4222-8333-444444444444)
  MIG 3g.40gb     Device  0: (UUID: MIG-10000000-5555-5666-8777-888888888888)
  MIG 1g.10gb+me  Device  1: (UUID: MIG-20000000-5555-5666-8777-888888888888)
GPU 1: NVIDIA GeForce RTX 4090 (Ti) (UUID: GPU-20000000-1111-4222-8333-444444444444)
"""


def only_note(text: str) -> str:
    (note,) = read_host(text).notes
    return note.text


def refusal(text: str | bytes) -> str:
    with pytest.raises(SnapshotError) as caught:
        read_host(text)
    return str(caught.value)


def test_xml_with_mig_and_unknown_values() -> None:
    snapshot = read_host(MIG_XML)
    assert snapshot.gpus is not None
    (gpu,) = snapshot.gpus
    assert snapshot.cuda_version is None
    assert gpu.mig_enabled is True
    assert gpu.mig_instances == (MigInstance(0, gpu_instance_id=1, compute_instance_id=0, memory_total=40448 * MIB),)
    assert (gpu.minor_number, gpu.memory_total, gpu.memory_used) == (None, None, None)
    assert gpu.pci_bus_id == "00000000:01:00.0"
    assert gpu.compute_mode is ComputeMode.EXCLUSIVE_PROCESS
    assert gpu.processes == (GpuProcess(4242, "python & co", None),)


def test_list_with_mig() -> None:
    snapshot = read_host(MIG_LIST)
    assert snapshot.gpus is not None
    first, second = snapshot.gpus
    assert first.mig_enabled is True
    assert [(instance.index, instance.profile) for instance in first.mig_instances] == [
        (0, "3g.40gb"),
        (1, "1g.10gb+me"),
    ]
    assert first.mig_instances[1].uuid == "MIG-20000000-5555-5666-8777-888888888888"
    assert (second.name, second.mig_enabled, second.mig_instances) == ("NVIDIA GeForce RTX 4090 (Ti)", None, ())


def test_list_with_a_line_that_is_not_its_own() -> None:
    line = "Unable to determine the device handle for GPU0000:02:00.0: Unknown Error"
    assert only_note(MIG_LIST + line + "\n") == f"line 5 is not from `nvidia-smi -L`: {line}"


def test_csv_columns_in_any_order_and_without_units() -> None:
    snapshot = read_host("memory.total [MiB], gpu_name, utilization.gpu [%], compute_mode\n24564, X, 5, E. Process\n")
    assert snapshot.gpus is not None
    (gpu,) = snapshot.gpus
    assert (gpu.index, gpu.name, gpu.memory_total, gpu.uuid) == (0, "X", 24564 * MIB, None)
    assert gpu.compute_mode is ComputeMode.EXCLUSIVE_PROCESS
    assert (gpu.mig_enabled, gpu.mig_instances_known) == (None, False)
    assert [(note.level, note.text.partition(":")[0]) for note in snapshot.notes] == [
        (NoteLevel.WARNING, "there is no column `index`"),
        (NoteLevel.INFO, "columns that are not used were ignored"),
    ]


def test_csv_values_that_are_not_known() -> None:
    snapshot = read_host(
        "index, name, memory.total [MiB], mig.mode.current, compute_cap\n0, NVIDIA GB10, [N/A], [Not Supported], 12.1\n"
    )
    assert snapshot.gpus is not None
    (gpu,) = snapshot.gpus
    assert (gpu.memory_total, gpu.mig_enabled, gpu.compute_capability) == (None, None, (12, 1))


def test_csv_with_percent_in_its_last_column() -> None:
    snapshot = read_host("index, name, utilization.gpu [%]\n0, X, 5 %\n1, X, 7 %\n")
    assert snapshot.gpus is not None and len(snapshot.gpus) == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("0, NVIDIA H200, 143771 MiB\n", "this looks like `--format=csv,noheader`"),
        ("index, uuid\n0, GPU-1\n", "line 1: there is no column `name`. Run: nvidia-smi --query-gpu="),
        ("index, name, name\n0, X, X\n", "line 1: the column `name` is there twice"),
        ("index, name\n0, X\n1\n", "line 3: 1 values for 2 columns; 1 GPU complete before it"),
        ("index, name\n0, X\nx, X\n", "line 3, column `index`: expected a whole number, got `x`"),
        ("name, memory.total [MiB]\nX, lots\n", "line 2, column `memory.total`: expected a size"),
        ("name, compute_cap\nX, 9\n", "line 2, column `compute_cap`: expected a version"),
        ("name, uuid\nX, GPU-1111\n", "line 2, column `uuid`: expected a UUID of 40 characters"),
        ("name, mig.mode.current\nX, maybe\n", "line 2, column `mig.mode.current`: expected `Enabled`"),
        ("name, compute_mode\nX, mine\n", "line 2, column `compute_mode`: expected a compute mode"),
        ("index, name\n", "line 1: there is no row below the header"),
        ("name, index\nX, 0\nX, 0\n", "gpus[1].index: 0 is already that of gpus[0]"),
    ],
)
def test_csv_that_is_wrong(text: str, said: str) -> None:
    assert refusal(text).startswith(said)


def test_table_names_what_it_lacks() -> None:
    snapshot = read_host(
        capture("h200-x2/smi.txt").replace("NVIDIA H200                    On", "NVIDIA A100-SXM4...            On")
    )
    assert snapshot.lacks("GPU-11111111-aaaa-4bbb-8ccc-000000000000") is None
    assert [note.text for note in snapshot.notes] == [
        "the table of nvidia-smi shows no UUIDs: paste `nvidia-smi -q -x` instead to pin GPUs by UUID",
        "the table cuts the names of these GPUs: 0, 1",
    ]


def test_table_of_windows_and_of_unified_memory() -> None:
    text = capture("h200-x2/smi.txt")
    text = text.replace("NVIDIA H200                    On", "NVIDIA GeForce RTX 4090      WDDM")
    text = text.replace("      0MiB / 143771MiB", "         Not Supported").replace("Disabled", "     N/A")
    snapshot = read_host(text)
    assert snapshot.gpus is not None
    assert [(gpu.name, gpu.memory_total, gpu.mig_enabled) for gpu in snapshot.gpus] == [
        ("NVIDIA GeForce RTX 4090", None, None)
    ] * 2


def test_table_with_mig_on() -> None:
    snapshot = read_host(capture("h200-x2/smi.txt").replace("Disabled |", "Enabled* |", 1))
    assert snapshot.gpus is not None
    assert [(gpu.mig_enabled, gpu.mig_instances_known) for gpu in snapshot.gpus] == [(True, False), (False, True)]
    assert snapshot.lacks("0:0") is None
    assert snapshot.lacks("1:0") is True


def test_table_with_a_line_that_cannot_be_read() -> None:
    text = capture("h200-x2/smi.txt")
    assert refusal(text.replace("|   1  NVIDIA", "|   x  NVIDIA")).startswith(
        "line 13: not a line of nvidia-smi's table"
    )
    assert refusal(text.replace("0MiB / 143771MiB", "lots |")).startswith("line 10: not a line of nvidia-smi's table")
    rows = text[text.index("|   0  NVIDIA") : text.index("+\n\n") + 2]
    assert refusal(text.replace(rows, "")).startswith("the table of nvidia-smi shows no GPU.")


def test_table_with_a_wrong_value_names_line_and_column() -> None:
    text = capture("h200-x2/smi.txt")
    assert refusal(text.replace("Default |", "Obscure |", 1)).startswith(
        "line 10, `Compute M.`: expected a compute mode"
    )
    assert refusal(text.replace("00000000:00:06.0", "00000000:00:06.")).startswith(
        "line 9, `Bus-Id`: expected a PCI bus id"
    )


def test_table_with_a_part_for_mig_devices() -> None:
    text = capture("h200-x2/smi.txt")
    rule = "+" + "-" * 89 + "+\n"
    instance = "|  0    1   0   0  |   37MiB / 40448MiB    | 60      0 |  3   0    3    0    3 |\n"
    part = rule + "| MIG devices:" + " " * 75 + "|\n|" + "=" * 89 + "|\n" + instance + rule + "\n"
    start = text.index("\n\n") + 2
    snapshot = read_host(text[:start] + part + text[start:], taken_at=WHEN)
    assert snapshot == read_host(text, taken_at=WHEN)


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize(
    "dress",
    [
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\r"),
        lambda text: "$ nvidia-smi -q -x\n" + text,
        lambda text: "me@box:~/stacks$ sudo nvidia-smi --query-gpu=index --format=csv\n" + text + "me@box:~/stacks$ ",
        lambda text: "[root@box ~]# docker run --rm --gpus all ubuntu nvidia-smi\n" + text + "[root@box ~]#\n",
        lambda text: "PS C:\\Users\\me> nvidia-smi.exe -L\r\n" + text + "PS C:\\Users\\me>",
        lambda text: "```console\n$ nvidia-smi\n" + text + "```\n",
        lambda text: "\n\n  nvidia-smi -L\n" + text,
        lambda text: text.rstrip("\n"),
        lambda text: "\x1b[?2004h\x1b]0;me@box\x07" + text.replace("NVIDIA H200", "\x1b[1;32mNVIDIA H200\x1b[0m"),
        lambda text: text.encode("utf-16"),
        lambda text: b"\xef\xbb\xbf" + text.encode(),
    ],
)
def test_terminal_dress_does_not_matter(name: str, dress) -> None:  # type: ignore[no-untyped-def]
    text = capture(f"h200-x2/{name}")
    assert read_host(dress(text), taken_at=WHEN) == read_host(text, taken_at=WHEN)


@pytest.mark.parametrize(
    ("cut_after", "said"),
    [
        ("<persistence_mode>", "inside <nvidia_smi_log><gpu><persistence_mode>; 0 of 2 GPUs complete"),
        ("</gpu>", "inside <nvidia_smi_log>; 1 of 2 GPUs complete"),
        ("<driver_ver", "inside <nvidia_smi_log>; 0 GPUs complete"),
    ],
)
def test_cut_xml_says_where_and_how_much_is_whole(cut_after: str, said: str) -> None:
    text = capture("h200-x2/smi.xml")
    cut = text[: text.index(cut_after) + len(cut_after)]
    message = refusal(cut)
    assert message.startswith(f"line {cut.count(chr(10)) + 1}: the XML breaks off here (")
    assert said in message


def test_cut_list_and_table_say_how_much_is_whole() -> None:
    assert refusal(MIG_LIST[:-20]).startswith("line 4: not a whole line of `nvidia-smi -L`")
    assert "1 GPU complete before it" in refusal(MIG_LIST[:-20])
    assert refusal("GPU 0: NVIDIA H2") == (
        "line 1: not a whole line of `nvidia-smi -L`: `GPU 0: NVIDIA H2`; 0 GPUs complete before it. "
        "Paste all of its output."
    )
    table = capture("h200-x2/smi.txt")
    message = refusal(table[: table.index("|   1  NVIDIA")])
    assert "ends before its part `Processes`; 1 GPU complete" in message


@given(name=st.sampled_from(TEXTS), share=st.floats(0, 1, exclude_max=True))
def test_a_cut_never_gives_another_host(name: str, share: float) -> None:
    text = capture(f"h200-x2/{name}").rstrip("\n")
    whole = read_host(text).gpus
    assert whole is not None
    try:
        gpus = read_host(text[: int(len(text) * share)]).gpus
    except SnapshotError:
        return
    assert gpus is not None and gpus == whole[: len(gpus)] and len(gpus) > 0
    assert name != "smi.xml"


def test_xml_that_lists_fewer_gpus_than_are_attached() -> None:
    text = capture("h200-x2/smi.xml").replace("<attached_gpus>2<", "<attached_gpus>8<")
    assert "8 GPUs are attached but describes 2" in read_host(text).notes[0].text
    assert read_host(text).notes[0].level is NoteLevel.WARNING


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            "<total>143771 MiB<",
            "<total>many<",
            "<fb_memory_usage/total>: expected a size such as `24576 MiB`, got `many`",
        ),
        ("<minor_number>0<", "<minor_number>zero<", "<minor_number>: expected a whole number"),
        ("<cuda_version>13.0<", "<cuda_version>new<", "<cuda_version>: expected a version"),
        ("<uuid>GPU-1", "<uuid>GPU-", "<uuid>: expected a UUID"),
        ("<current_mig>Dis", "<current_mig>Un", "<mig_mode/current_mig>: expected `Enabled` or `Disabled`"),
    ],
)
def test_xml_with_a_wrong_value_names_its_line(before: str, after: str, said: str) -> None:
    text = capture("h200-x2/smi.xml")
    line = text[: text.index(before)].count("\n") + 1
    assert refusal("$ nvidia-smi -q -x\n" + text.replace(before, after, 1)).startswith(f"line {line + 1}, {said}")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('<!DOCTYPE x [<!ENTITY a "b">]><nvidia_smi_log>&a;</nvidia_smi_log>', "the document type has declarations"),
        (
            '<!DOCTYPE x [<!ENTITY % a SYSTEM "file:///etc/passwd"> %a;]><nvidia_smi_log/>',
            "the document type has declarations",
        ),
        ("<html><body>503</body></html>", "not the XML of nvidia-smi: it is a <html>"),
        ("<nvidia_smi_log>" + "<a>" * 40, "elements are nested more than 32 deep"),
        ("<nvidia_smi_log>" + "<a/>" * 100_001 + "</nvidia_smi_log>", "more than 100000 elements"),
        ("<nvidia_smi_log><gpu></nvidia_smi_log>", "the XML breaks off here (mismatched tag)"),
        (
            "<nvidia_smi_log><gpu><mig_devices><mig_device/></mig_devices></gpu></nvidia_smi_log>",
            "a MIG device without an index",
        ),
        ("<", "the XML breaks off here"),
    ],
)
def test_xml_that_is_not_nvidia_smis(text: str, said: str) -> None:
    assert said in refusal(text)


def test_billion_laughs_is_refused_at_once() -> None:
    entities = "".join(f'<!ENTITY a{i + 1} "{f"&a{i};" * 10}">' for i in range(9))
    bomb = f'<!DOCTYPE x [<!ENTITY a0 "ha">{entities}]><nvidia_smi_log>&a9;</nvidia_smi_log>'
    started = time.process_time()
    assert "declarations" in refusal(bomb)
    assert time.process_time() - started < 1


def test_external_document_type_is_not_fetched(tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "evil.dtd").write_text('<!ENTITY a "read">')
    text = f'<!DOCTYPE nvidia_smi_log SYSTEM "{tmp_path}/evil.dtd">\n' + MIG_XML.split("\n", 2)[2]
    snapshot = read_host(text.replace("python &amp; co", "&a;"))
    assert snapshot.gpus is not None and snapshot.gpus[0].processes == (GpuProcess(4242, None, None),)
