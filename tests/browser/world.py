"""A product in use: hosts, stacks in every state, versions, templates, for tests that look at every page."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.contrib.auth.models import User

from stacks.hosts.reading import read_host
from stacks.hosts.snapshot import Engine, Source
from stacks.models import Host, Stack, Template
from stacks.rules.fixer import fix_all
from stacks.services.host import host_add_snapshot, host_create
from stacks.services.revision import revision_create
from stacks.services.stack import stack_create, stack_delete, stack_save_draft
from stacks.services.starters import starters_load
from stacks.services.template import template_create_from_stack
from tests.browser.conftest import CAPTURE
from tests.browser.documents import BROKEN, SEED_ONE, SEED_THREE, SEED_TWO, TWO_TRAININGS, many_services

ENVIRONMENT = "PORT=8001\nHF_TOKEN=hf_example\n"


@dataclass(frozen=True, slots=True)
class World:
    """`host` has no engine known, `lab` a whole snapshot; `stack` has errors and versions, `clean` has none."""

    host: Host
    lab: Host
    stack: Stack
    clean: Stack
    blank: Stack
    template: Template


def make_world(ada: User, host: Host) -> World:
    folder = CAPTURE.parent.parent
    lab = host_create(user=ada, name="train-1", snapshot=read_host((folder / "h100" / "smi.xml").read_text()))
    engine = Engine(
        version="28.3.3",
        compose_version="2.39.1",
        operating_system="Ubuntu 24.04.3 LTS",
        runtimes=("io.containerd.runc.v2", "nvidia", "runc"),
        default_runtime="runc",
        nvidia_hook=True,
        cdi_devices=("nvidia.com/gpu=0", "nvidia.com/gpu=all"),
    )
    detected = read_host((folder / "h100" / "detect.json").read_text())
    host_add_snapshot(host=lab, snapshot=replace(detected, source=Source.MIXED, notes=(), engine=engine))
    starters_load()
    stack = stack_create(
        user=ada, name="Two trainings", document=TWO_TRAININGS, environment=ENVIRONMENT, host=host, message="Pasted"
    )
    changed = TWO_TRAININGS.replace("mem_limit: 64g", "mem_limit: 96g\n    shm_size: 16g")
    stack = stack_save_draft(stack=stack, document=changed, environment=ENVIRONMENT, expected_version=1, user=ada)
    revision_create(stack=stack, user=ada, message="More memory for the night run of the large model")
    for name, document in (("Bind mount", SEED_TWO), ("Half written", BROKEN), ("Twenty services", many_services(20))):
        stack_create(user=ada, name=name, document=document, host=lab)
    stack_create(user=ada, name="one-of-the-longest-names-that-anybody-gives-a-stack-v2-final", document=SEED_ONE)
    clean = stack_create(user=ada, name="One GPU each", document=fix_all(SEED_THREE).text, host=host)
    blank = stack_create(user=ada, name="Notes", document="")
    stack_delete(stack=stack_create(user=ada, name="Old experiment", document=SEED_ONE))
    template = template_create_from_stack(
        stack=stack, user=ada, title="Our trainings", description="Serve a model and train beside it.",
        visibility="shared", gpus_needed=2, vram_gib_needed=80, port=8000,
    )  # fmt: skip
    return World(host, lab, stack, clean, blank, template)
