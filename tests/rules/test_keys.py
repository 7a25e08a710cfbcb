"""The keys that rules on services name: without all of them a rule has nothing to say, so it need not be asked."""

from collections.abc import Iterator
from random import Random

from stacks.compose.document import Service, parse_document
from stacks.compose.schema_file import compose_schema
from stacks.hosts.snapshot import HostSnapshot
from stacks.rules.context import Context
from stacks.rules.registry import EXTENDS, FILES, Rule, all_rules, rules_on_service
from tests.fuzz.mutations import mutated
from tests.fuzz.seeds import load_hosts, load_seeds

NOT_COMPOSE = {"device_requests", "reservations", "resources", "x-gpu-compose"}  # which people write all the same
KEYED = [rule for rule in all_rules() if rule.keys]


def services(text: str, host: HostSnapshot | None) -> Iterator[tuple[Service, Context]]:
    document = parse_document(text, {})
    if document.is_complete:
        context = Context(document, host, lambda path: False)
        for service in document.services:
            yield service, context


def left_out(service: Service, context: Context) -> list[Rule]:
    keys = service.node.effective
    called = rules_on_service(keys, context.available)
    return [rule for rule in KEYED if rule.needs <= context.available and rule not in called]


def found_without_keys(text: str, host: HostSnapshot | None) -> list[str]:
    return [
        f"{rule.code} on {service.name}"
        for service, context in services(text, host)
        for rule in left_out(service, context)
        if next(iter(rule.check(service, context)), None) is not None
    ]


def test_no_rule_would_have_found_anything_where_it_is_not_called() -> None:
    random = Random(2026)
    seeds, hosts = load_seeds(), load_hosts()
    texts = [*seeds, *(mutated(seeds, random) for _ in range(300))]
    wrong = {text: found for text in texts if (found := found_without_keys(text, random.choice(hosts)))}
    assert not wrong


def test_a_service_without_keys_is_asked_by_few_rules_and_one_that_extends_by_all() -> None:
    available = frozenset({FILES})
    every = {rule for rule in all_rules() if rule.on is Service and rule.needs <= available}
    assert set(rules_on_service([], available)) == {rule for rule in every if not rule.keys}
    assert set(rules_on_service([EXTENDS], available)) == every
    assert set(rules_on_service(["ports", "x-any"], available)) == {
        rule for rule in every if not rule.keys or "ports" in rule.keys
    }


def test_keys_are_those_of_services() -> None:
    known = set(compose_schema()["$defs"]["service"]["properties"]) | NOT_COMPOSE
    assert {key for rule in KEYED for key in rule.keys} <= known
