from collections.abc import Iterator

from stacks.compose.addresses import FixedAddress, fixed_addresses, subnets
from stacks.compose.document import Document
from stacks.compose.references import is_self_contained
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Related, Severity
from stacks.rules.registry import rule


@rule(
    "NET109",
    title="A service's own address cannot be had in its network",
    layer=Layer.GPU,
    severity=Severity.ERROR,
    on=Document,
    url="https://docs.docker.com/reference/compose-file/services/#ipv4_address-ipv6_address",
)
def address_outside_network(document: Document, context: Context) -> Iterator[Finding]:
    """A fixed address has to lie in a subnet that the file gives the network, and only one service can have it. The
    engine refuses others when the container starts: `user specified IP address is supported only when connecting to
    networks with user configured subnets`, `no configured subnet … contain the IP address`, `Address already in use`.

    Services reach each other by name, so hardly any needs an address of its own: delete it, or give the network a
    subnet that holds it.

    ```yaml bad
    services:
      triton:
        image: nvcr.io/nvidia/tritonserver:25.08-py3
        networks:
          backend:
            ipv4_address: 172.28.0.10
    networks:
      backend:
    ```
    ```yaml good
    services:
      triton:
        image: nvcr.io/nvidia/tritonserver:25.08-py3
        networks:
          backend:
            ipv4_address: 172.28.0.10
    networks:
      backend:
        ipam:
          config:
            - subnet: 172.28.0.0/16
    ```
    """
    given = [each for service in document.services for each in fixed_addresses(service)]
    if not given or not is_self_contained(document):
        return
    holders: dict[tuple[str, object], FixedAddress] = {}
    for each in given:
        found = subnets(document, each.network)
        if found is not None and not any(each.address in subnet for subnet in found):
            yield Finding(
                each.span,
                f"this container will not start: the network `{each.network}` has no subnet with `{each.address}`",
                "Delete the address, or give the network a subnet that holds it.",
            )
        other = holders.setdefault((each.network, each.address), each)
        if other is not each and not (other.service.profiles and each.service.profiles):
            yield Finding(
                each.span,
                f"this container will not start beside `{other.service.name}`: both want the address `{each.address}`",
                "Delete one of them; services reach each other by name.",
                related=(Related(other.span, f"the address of `{other.service.name}`"),),
            )
