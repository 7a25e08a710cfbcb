"""The shipped schema, and what is changed of it."""

from __future__ import annotations

from stacks.compose.schema_file import compose_schema, homes, known_keys, load_schema, subschemas, validator


def accepts(service: dict[str, object], **top: object) -> bool:
    return validator().is_valid({"services": {"a": {"image": "x", **service}}, **top})


def test_the_package_is_found_without_being_imported() -> None:
    import subprocess
    import sys

    code = (
        "import sys; from stacks.compose.schema_file import load_schema; load_schema(); "
        "assert not {'check_jsonschema', 'importlib.resources', 'jsonschema_rs'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    assert "$defs" in load_schema()


def test_what_came_after_compose_2_40_is_taken_back() -> None:
    assert not accepts({}, jobs={})
    assert not accepts({"pre_start": []})
    assert not accepts({"umask": 1})
    assert not accepts({"build": {"no_cache_filter": "a"}})
    assert not accepts({"networks": {"default": {"use_service_name_alias": True}}})
    assert accepts({}, networks={"any name": None})
    assert accepts({"mem_limit": 1.5})
    assert accepts({"pull_policy": "always, please"})


def test_the_compiled_schema_is_made_once() -> None:
    assert validator() is validator()
    assert compose_schema() is compose_schema()


def test_keys_and_places() -> None:
    assert known_keys(("services", "a", "deploy", "resources", "limits")) == ("cpus", "memory", "pids")
    assert "target" in known_keys(("services", "a", "ports", 0))
    assert known_keys(("services", "a", "labels")) == ()
    assert ("services", "*") in homes()["image"]
    assert subschemas(("nowhere",)) == ()
