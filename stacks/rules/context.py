"""What a rule may look at beside the part that it is called on."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from stacks.allocation import Allocation, allocate
from stacks.compose.document import Document
from stacks.rules.registry import ENGINE, FILES, GPUS, HOST

if TYPE_CHECKING:
    from stacks.hosts.snapshot import HostSnapshot


class Context:
    """One check: the document, the host's snapshot where there is one, and what both give together.

    `file_exists` answers for a path relative to the Compose file's folder; None where there is no folder, as in the
    web editor.
    """

    def __init__(
        self, document: Document, host: HostSnapshot | None = None, file_exists: Callable[[str], bool] | None = None
    ) -> None:
        self.document = document
        self.host = host
        self.file_exists = file_exists

    @cached_property
    def available(self) -> frozenset[str]:
        """Which of the inputs that rules may need are there."""
        found = set()
        if self.host is not None:
            found.add(HOST)
            if self.host.gpus is not None:
                found.add(GPUS)
            if self.host.engine is not None:
                found.add(ENGINE)
        if self.file_exists is not None:
            found.add(FILES)
        return frozenset(found)

    @cached_property
    def allocation(self) -> Allocation:
        """Which service gets which GPUs; against the host where there is one."""
        return allocate(self.document, self.host)

    def snapshot(self) -> HostSnapshot:
        """The host's snapshot, for rules that declared a need for it."""
        assert self.host is not None
        return self.host
