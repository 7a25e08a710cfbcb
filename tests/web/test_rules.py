"""The rules' list and pages, their examples, and where a rule is seen."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client

from stacks.models import Host, Stack
from stacks.rules.findings import Layer, Severity
from stacks.rules.registry import all_rules, rule_by_code
from stacks.services import rule_sightings as sightings
from stacks.services.highlighting import COLOURED_CHARACTERS, code_lines
from stacks.services.rules import (
    FAMILIES,
    LAYERS,
    example_host,
    explanation_html,
    find_rules,
    offers_repairs,
    rule_page,
)
from stacks.services.stack import stack_create, stack_save_draft, stack_update_settings
from tests.rules.case_files import case_paths, load_case, load_host
from tests.rules.test_cases import run
from tests.web.pages import inline_code

COUNT_WITH_IDS = """\
services:
  a:
    image: python:3.12
    deploy:
      resources:
        reservations:
          devices: [{driver: nvidia, count: 1, device_ids: ["0"], capabilities: [gpu]}]
"""
RULES = all_rules()


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    cache.clear()


def listed(client: Client, **query: str) -> set[str]:
    page = client.get("/rules/", query, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in page
    return set(re.findall(r'href="/rules/([A-Z]{3}\d{3})/"', page))


def test_every_rule_is_listed_with_severity_and_layer(client: Client) -> None:
    page = client.get("/rules/").content.decode()
    assert listed(client) == {rule.code for rule in RULES}
    assert f"{len(RULES)} rules" in page
    for word in ("Error", "Warning", "Note", "a host whose GPUs are known", "count-with-device-ids"):
        assert word in page


def test_the_search_knows_codes_names_titles_and_explanations(client: Client) -> None:
    assert listed(client, q="dev101") == {"DEV101"}
    assert listed(client, q="COUNT-with-device-ids") == {"DEV101"}
    assert "DEV101" in listed(client, q="attributes exclusive")
    assert listed(client, q="no-such-word") == set()
    assert listed(client, q="\x00") == {rule.code for rule in RULES}


def test_the_list_is_narrowed_by_family_and_layer(client: Client) -> None:
    memory = listed(client, family="MEM")
    assert memory and all(code.startswith("MEM") for code in memory)
    assert listed(client, layer="yaml") == {rule.code for rule in RULES if rule.layer is Layer.YAML}
    assert listed(client, family="MEM", layer="yaml") == set()
    assert listed(client, family="<script>", layer="nonsense") == {rule.code for rule in RULES}


def test_without_script_the_search_is_a_form_that_keeps_what_was_chosen(client: Client) -> None:
    page = client.get("/rules/", {"q": "shm", "family": "MEM", "layer": "gpu"}).content.decode()
    assert '<form class="rule-search" role="search" method="get" action="/rules/"' in page
    assert 'name="q" value="shm"' in page
    assert '<option value="MEM" selected>' in page and '<option value="gpu" selected>' in page


def test_a_search_that_finds_nothing_says_so_escaped(client: Client) -> None:
    page = client.get("/rules/", {"q": "<b>zzz"}).content.decode()
    assert "No rule has" in page and "&lt;b&gt;zzz" in page and "<b>zzz" not in page


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_rule_has_a_page_without_inline_code(client: Client, rule: object) -> None:
    response = client.get(f"/rules/{rule.code}/")
    page = response.content.decode()
    assert response.status_code == 200
    assert inline_code(page) == []
    assert page.count("<h1") == 1 and rule.name in page and f'href="{rule.url}"' in page.replace("&amp;", "&")
    assert ("ignore[" in page) is (rule.layer is not Layer.YAML)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_the_lines_of_a_bad_example_are_marked_and_those_of_a_good_one_are_not(rule: object) -> None:
    page = rule_page(rule)
    bad = [example for example in page.examples if not example.good]
    good = [example for example in page.examples if example.good]
    assert bad and good
    for example in bad:
        assert example.findings
        marked = {line.number for line in example.lines if line.severity}
        assert marked == {line for line, _ in example.findings}
        assert not any(line.html.startswith("# host") for line in example.lines)
    for example in good:
        assert not example.findings and not any(line.severity for line in example.lines)


@pytest.mark.parametrize("code", ["dev101", "Dev101", "DEV101"])
def test_a_code_is_found_in_any_case(client: Client, code: str) -> None:
    page = client.get(f"/rules/{code}/").content.decode()
    assert "# gpu-compose: ignore[DEV101]" in page


@pytest.mark.parametrize("code", ["DEV999", "nonsense", "a-b", "1", "-"])
def test_an_unknown_code_is_404_with_a_way_on(client: Client, code: str) -> None:
    response = client.get(f"/rules/{code}/")
    page = response.content.decode()
    assert response.status_code == 404
    assert "There is no rule" in page and f'href="/rules/?q={code}"' in page


def test_a_host_rule_shows_the_host_of_its_example() -> None:
    rule = rule_by_code("GPU104")
    assert rule is not None
    scene = [words for example in rule_page(rule).examples for words in example.scene]
    assert scene and all(words.startswith("on a host with ") for words in scene)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_rule_says_that_it_repairs_exactly_if_one_of_its_cases_is_repaired(rule: object) -> None:
    cases = [load_case(path) for path in case_paths("fail") if path.parent.name == rule.code]
    repaired = any(each.code == rule.code and each.fix for case in cases for each in run(case).diagnostics)
    assert offers_repairs(rule) is repaired


def test_the_hosts_of_examples_are_those_that_the_examples_are_tested_with() -> None:
    named = {name for rule in RULES for name in re.findall(r"^ *# host: (\S+)", rule.explanation, re.MULTILINE)}
    assert named
    for name in named:
        shipped = example_host(name)
        assert shipped is not None, f"ship {name} as JSON in stacks/facts/example_hosts, for the rule's page"
        assert replace(shipped, taken_at="") == replace(load_host(name), taken_at=""), name


def test_an_example_whose_host_is_not_shipped_is_shown_unmarked(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = rule_by_code("GPU104")
    assert rule is not None
    monkeypatch.setattr("stacks.services.rules.example_host", lambda name: None)
    page = rule_page.__wrapped__(rule)
    assert [example.scene for example in page.examples] == [(), ()]
    assert not any(line.severity for example in page.examples for line in example.lines)


def test_every_family_and_layer_has_words() -> None:
    assert {rule.family for rule in RULES} <= set(FAMILIES)
    assert set(LAYERS) == set(Layer)
    assert find_rules(family="DEV", words=["COUNT", "device_ids"])


def test_an_explanation_cannot_hold_html() -> None:
    html = explanation_html("# One\n\n<img src=x onerror=alert(1)> `<b>` [go](javascript:alert(1))\n")
    assert "<h3>One</h3>" in html
    assert "<img" not in html and "<b>" not in html and 'href="javascript' not in html


def test_a_listing_is_escaped_and_has_one_line_a_line() -> None:
    text = 'a: "<script>x</script>"\r\nb: |\r\n  <b>\r\n  c\r\n# <i>\r\n'
    for given in (text, text + "x: y\n" * (COLOURED_CHARACTERS // 5)):
        lines = code_lines(given)
        assert len(lines) == given.count("\n")
        assert [line.number for line in lines] == list(range(1, len(lines) + 1))
        html = "".join(line.html for line in lines)
        assert "<script" not in html and "<b>" not in html and "<i>" not in html and "&lt;script&gt;" in html
    assert [line.html for line in code_lines("\n\n")] == ["", ""]


def test_the_worst_of_a_line_marks_it() -> None:
    from stacks.rules.checker import check_text

    report = check_text("services: {a: {image: x, gpus: [{count: 0}], mystery: 1}}\n")
    assert {each.severity for each in report.diagnostics} >= {Severity.ERROR, Severity.INFO}
    assert code_lines(report.document.text, report.diagnostics)[0].severity == "error"


# Seen in these stacks.


def seen(client: Client, stack: Stack, code: str = "DEV101") -> bool:
    return f'href="/stacks/{stack.pk}/"' in client.get(f"/rules/{code}/").content.decode()


def test_a_rule_is_seen_in_the_users_own_stacks_as_they_are_now(client: Client, bobs_client: Client, ada: User) -> None:
    has = stack_create(user=ada, name="<b>has</b>", document=COUNT_WITH_IDS)
    clean = stack_create(user=ada, name="clean", document="services: {a: {image: 'x:1'}}\n")
    assert seen(client, has) and not seen(client, clean)
    assert not seen(bobs_client, has)
    page = client.get("/rules/DEV101/").content.decode()
    assert "&lt;b&gt;has" in page and "<b>has" not in page
    stack_save_draft(stack=has, document="services: {}\n", environment="", expected_version=1, user=ada)
    assert not seen(client, has)


def test_a_new_host_is_looked_at(client: Client, ada: User, host: Host) -> None:
    stack = stack_create(user=ada, name="x", document="services: {a: {image: 'x:1', gpus: [{count: 3}]}}\n")
    assert not seen(client, stack, "GPU104")
    stack_update_settings(stack=stack, name="x", host=host)
    assert seen(client, stack, "GPU104")


def test_what_a_stack_was_found_to_have_is_remembered(
    client: Client, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = stack_create(user=ada, name="x", document=COUNT_WITH_IDS)
    assert seen(client, stack)

    def again(stack: Stack) -> None:
        raise AssertionError("checked again")

    monkeypatch.setattr(sightings, "stack_report", again)
    assert seen(client, stack)


def test_many_stacks_are_not_all_looked_through(client: Client, ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        stack_create(user=ada, name=f"x{number}", document=COUNT_WITH_IDS)
    monkeypatch.setattr(sightings, "LOOKED_THROUGH", 2)
    assert "The 2 saved last were looked through, of 3" in client.get("/rules/DEV101/").content.decode()
    monkeypatch.setattr(sightings, "SECONDS", -1)
    assert "The 1 saved last was looked through, of 3" in client.get("/rules/DEV101/").content.decode()


def test_without_stacks_the_page_leads_to_the_first(client: Client) -> None:
    assert "You have no stacks yet" in client.get("/rules/DEV101/").content.decode()
