"""What the web side keeps: hosts and their snapshots, stacks and their revisions, templates."""

from stacks.models.hosts import Gpu, Host, HostSnapshot
from stacks.models.index import GpuClaim, ServiceIndex
from stacks.models.ownership import Owned, Visibility
from stacks.models.stacks import Stack, StackRevision
from stacks.models.templates import Template

__all__ = [
    "Gpu",
    "GpuClaim",
    "Host",
    "HostSnapshot",
    "Owned",
    "ServiceIndex",
    "Stack",
    "StackRevision",
    "Template",
    "Visibility",
]
