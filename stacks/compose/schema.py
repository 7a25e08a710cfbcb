"""The schema layer: what the Compose Specification's schema refuses, each fault on its line and in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from stacks.compose.document import Document
from stacks.compose.nodes import Mapping, Plain, Scalar
from stacks.compose.once import once
from stacks.compose.references import extended, lineage
from stacks.compose.schema_casts import NotCast, cast_data
from stacks.compose.schema_errors import MAX_ERRORS, SchemaError, schema_errors, value_at
from stacks.compose.schema_faults import SchemaFault, SchemaProblem
from stacks.compose.schema_places import Place, place_at

__all__ = ["SchemaFault", "SchemaProblem", "general_problems", "schema_problems"]


@once
def schema_problems(document: Document) -> tuple[SchemaProblem, ...]:
    """The faults that the schema finds, in the order of their places; worked out once for a document.

    After MAX_ERRORS it is left at that.
    """
    found = islice(_problems(document), MAX_ERRORS) if document.is_complete else ()
    return tuple(sorted(found, key=lambda problem: problem.span))


def _of_stages(document: Document) -> tuple[SchemaProblem, ...]:
    """The faults of what a project's files came to on the way, of which the last file left nothing."""
    known = {(each.fault, each.span) for each in schema_problems(document)}
    found: dict[object, SchemaProblem] = {}
    for stage in document.stages if document.is_complete else ():
        for problem in schema_problems(stage):
            if (problem.fault, problem.span) not in known:
                found.setdefault((problem.fault, problem.span), problem)
    return tuple(found.values())


def general_problems(document: Document) -> tuple[SchemaProblem, ...]:
    """As `schema_problems`, without what is about asking for GPUs: rules of their own report that."""
    found, earlier = schema_problems(document), _of_stages(document)
    if not found:
        return earlier
    from stacks.compose.schema_gpu_places import is_about_gpus

    return (*(problem for problem in found if not is_about_gpus(document, problem)), *earlier)


def _problems(document: Document) -> Iterator[SchemaProblem]:
    root = document.root
    assert root is not None
    data, not_cast = cast_data(document.data)
    for failure in not_cast:
        yield _of_cast(failure, place_at(root, failure.path))
    failed = {failure.path for failure in not_cast}
    for error in schema_errors(data):
        if error.path not in failed and not _is_inherited(error, document, data):
            yield from _of_error(error, root, data)


def _is_inherited(error: SchemaError, document: Document, data: Plain) -> bool:
    """Whether a base gives what a service lacks: Compose validates what comes of `extends`."""
    is_required = error.keyword == "required"
    service = document.service(str(error.path[1])) if error.path[:1] == ("services",) and len(error.path) > 1 else None
    if service is None or service.get("extends") is None:
        return False
    if error.path[2:3] == ("extends",):  # taken out with what it names, before Compose validates
        return extended(service) is not None
    if not (is_required or error.keyword == "type"):
        return False
    path = (*error.path[2:], *error.facts) if is_required else error.path[2:]
    if not is_required and value_at(data, error.path) is not None:
        return False
    whole = lineage(service)
    return not whole.is_whole or whole.find(*path) is not None


def _of_cast(failure: NotCast, place: Place) -> SchemaProblem:
    from stacks.compose.schema_cures import rewrite
    from stacks.compose.schema_wording import label, shown

    message = (
        f"Docker Compose will refuse this file: {label(failure.path)} is {shown(failure.text)}, "
        f"and {failure.expected} is wanted here"
    )
    written = place.node.text if isinstance(place.node, Scalar) else ""
    hint = (
        f"Write {failure.expected}."
        if "$" not in written
        else f"Give the variables of {shown(written)} a value, or a default as in `${{V:-1}}`."
    )
    other = rewrite(failure.path, ("integer",), failure.text, place.node)
    hint = f"Write `{other.shown}`." if other is not None else hint
    return SchemaProblem(SchemaFault.WRONG_TYPE, place.value_span, failure.path, message, hint, rewrite=other)


def _of_error(error: SchemaError, root: Mapping, data: Plain) -> Iterator[SchemaProblem]:
    from stacks.compose.schema_wording import describe

    place = place_at(root, error.path)
    if error.keyword == "additionalProperties" and isinstance(place.node, Mapping):
        for key in error.facts:
            entry = place.node.get(key)
            if entry is not None:
                yield describe(error, place, data, entry)
    else:
        yield describe(error, place, data, None)
