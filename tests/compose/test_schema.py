"""The schema layer: every fault on its line, in plain words, with what was meant."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stacks.compose.document import Document, parse_document
from stacks.compose.schema import SchemaFault, SchemaProblem, general_problems, schema_problems
from stacks.compose.schema_file import known_keys

SERVICE = "services:\n  a:\n    image: x\n"


def service(lines: str) -> Document:
    return parse_document(SERVICE + "".join(f"    {line}\n" for line in lines.split("\n")))


def only(document: Document) -> SchemaProblem:
    (problem,) = schema_problems(document)
    return problem


def marked(document: Document, problem: SchemaProblem) -> str:
    return document.source.slice(problem.span)


def test_several_faults_in_the_order_of_their_places() -> None:
    document = service("enviroment: {A: 1}\ntty: 1\nports:\n  - a: 1\ncap_add: SYS_PTRACE")
    found = [
        (marked(document, problem), problem.fault, document.source.position(problem.span.start).line)
        for problem in schema_problems(document)
    ]
    assert found == [
        ("enviroment", SchemaFault.UNKNOWN_KEY, 4),
        ("1", SchemaFault.WRONG_TYPE, 5),
        ("a", SchemaFault.UNKNOWN_KEY, 7),
        ("SYS_PTRACE", SchemaFault.WRONG_TYPE, 8),
    ]


def test_a_valid_file_has_none_and_the_answer_is_kept() -> None:
    document = service("ports: [80]")
    assert schema_problems(document) == ()
    assert schema_problems(document) is schema_problems(document)


@pytest.mark.parametrize(
    ("lines", "hint", "suggestion"),
    [
        ("enviroment: []", "Did you mean `environment`?", "environment"),
        ("Image: y", "Did you mean `image`?", None),  # there is one already
        ("shm-size: 1g", "Did you mean `shm_size`?", "shm_size"),
        ("env: []", "Did you mean `environment`?", None),
        ("memory: 1g", "Did you mean `mem_limit`?", None),
        ("reservations: {}", "Move it: `reservations` belongs under the service's `deploy.resources`.", None),
        ("frobnicate: 1", "Delete it, or begin its name with `x-` if it is a note of your own.", None),
    ],
)
def test_what_was_meant_by_an_unknown_key(lines: str, hint: str, suggestion: str | None) -> None:
    problem = only(service(lines))
    assert problem.fault is SchemaFault.UNKNOWN_KEY
    assert (problem.hint, problem.suggestion) == (hint, suggestion)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        (SERVICE + "image: x\n", "Move it: `image` belongs in a service."),
        (SERVICE + "    deploy: {resources: {limits: {devices: []}}}\n", "deploy.resources.reservations"),
        (SERVICE + "    deploy: {runtime: nvidia}\n", "Move it: `runtime` belongs in a service."),
        (SERVICE + "subnet: 1\n", "Move it: `subnet` belongs under `networks`, in one of its networks."),
    ],
)
def test_a_key_at_the_wrong_depth(text: str, hint: str) -> None:
    assert hint in only(parse_document(text)).hint


@pytest.mark.parametrize(
    ("lines", "place", "message"),
    [
        ("volumes:\n  - source: ./a\n    target: /a", "source", "item 1 of `volumes` lacks the key `type`"),
        ("volumes: [{source: ./a}]", "{source: ./a}", "item 1 of `volumes` lacks the key `type`"),
        ("provider: {}", "provider", "`provider` lacks the key `type`"),
        ("environment:", "environment", "`environment` has no value, and a mapping or a list is wanted here"),
        ("environment: A=1", "A=1", "`environment` is the text `A=1`, and a mapping or a list is wanted here"),
        ("command: [1]", "1", "item 1 of `command` is the number `1`, and text is wanted here"),
        ("depends_on: {b: {condition: up}}", "up", "`condition` is `up`, and only `service_started`"),
        ("cpu_percent: 101", "101", "`cpu_percent` is `101`, and no more than 100 is taken"),
        ("container_name: a", "a", "`a` is not a name for a container"),
        ("depends_on: [b, b]", "b", "`b` is in `depends_on` twice"),
        ("privileged: maybe", "maybe", "`privileged` is `maybe`, and `true` or `false` is wanted here"),
        ("scale: ${N}", "${N}", "`scale` is empty text, and a whole number is wanted here"),
        ("user: 2024", "2024", "`user` is the number `2024`, and text is wanted here"),
    ],
)
def test_place_and_words(lines: str, place: str, message: str) -> None:
    document = service(lines)
    problem = only(document)
    assert marked(document, problem) == place
    assert problem.message.startswith(f"Docker Compose will refuse this file: {message}")


def test_the_second_of_equal_items_is_marked_and_the_first_related() -> None:
    document = service("security_opt: [a, b, a]")
    problem = only(document)
    (related,) = problem.related
    assert document.text[related.span.start - 1] == "["
    assert problem.path == ("services", "a", "security_opt", 2)


@pytest.mark.parametrize(
    "lines",
    [
        "scale: ${N:-2}",
        "replicas: 2".replace("replicas", "x-replicas"),
        'cpus: "1.5"',
        "cpus: .inf",
        "mem_limit: .nan",
        'tty: "YES"',
        'deploy: {replicas: "2"}',
        'healthcheck: {retries: "3"}',
        'ulimits: {nofile: "1"}',
        "cap_add: [A, A]",
        "environment: [A=1, A=1]",
        "ports: [80, 80]",
        "networks: {default: {aliases: [a, a]}}",
        "labels: !reset [1]",
        "command: !reset {}",
    ],
)
def test_what_compose_takes_beside_the_schema(lines: str) -> None:
    assert schema_problems(service(lines)) == ()


def test_items_behind_a_reset_one_keep_their_place() -> None:
    document = service("command:\n  - !reset a\n  - b\n  - 1")
    problem = only(document)
    assert marked(document, problem) == "1"


def test_values_that_come_from_a_base_are_not_missed() -> None:
    text = "services:\n  a:\n    extends: b\n    image:\n  b:\n    image: x\n"
    assert schema_problems(parse_document(text)) == ()
    assert only(parse_document(text.replace("    extends: b\n", ""))).fault is SchemaFault.NOTHING


def test_requests_for_gpus_are_left_to_their_own_rules() -> None:
    document = service("gpus: 1\ndeploy: {resources: {limits: {devices: []}}}\ngpu: all\nfoo: 1")
    assert len(schema_problems(document)) == 4
    assert [problem.path[-1] for problem in general_problems(document)] == ["foo"]


def test_an_alias_is_marked_where_it_stands() -> None:
    document = parse_document("x-a: &a 1\nservices:\n  a:\n    image: *a\n")
    assert marked(document, only(document)) == "*a"


def test_no_flood_of_problems() -> None:
    keys = "".join(f"    unknown_key_number_{index}: 1\n" for index in range(3000))
    assert len(schema_problems(parse_document(SERVICE + keys))) == 500
    services = "".join(f"  s{index}:\n    image: 1\n" for index in range(2000))
    assert len(schema_problems(parse_document("services:\n" + services))) == 500


PLAIN = st.recursive(
    st.sampled_from(
        ["null", "1", "1.5", "true", "x", '""', "a=b", "a:b:c", ".nan", "2024-01-01", "99999999999999999999"]
    ),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]")
        | st.dictionaries(
            st.sampled_from(["image", "ports", "target", "source", "devices", "type", "x-a", "memory", "zzz", "path"]),
            inner,
            max_size=3,
        ).map(lambda data: "{" + ", ".join(f"{key}: {value}" for key, value in data.items()) + "}")
    ),
    max_leaves=8,
)
KEYS = st.sampled_from(sorted(known_keys(("services", "a"))))


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(KEYS, PLAIN, max_size=4), PLAIN)
def test_nothing_makes_the_rules_fail(keys: dict[str, str], section: str) -> None:
    from stacks.rules.checker import check_text

    lines = "".join(f"    {key}: {value}\n" for key, value in keys.items())
    text = f"services:\n  a:\n{lines or '    image: x'}\nvolumes: {section}\n"
    for each in check_text(text, file_exists=lambda path: False).diagnostics:
        assert each.span.end <= len(text)
