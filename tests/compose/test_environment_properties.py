"""What holds of every edit of a variable: it is set in the form that there is, and the others stay."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from stacks.compose import editing
from stacks.compose.document import parse_document
from stacks.compose.source import apply
from tests.compose.test_editing_properties import in_flow, quoted

NAMES = st.sampled_from(["A", "NVIDIA_VISIBLE_DEVICES", "CUDA_VISIBLE_DEVICES", "x.y"])
SETTINGS = st.dictionaries(NAMES, st.sampled_from(["", "0", "0,1", "a=b", "${ID:-0}", "it's", "on", None]), max_size=4)


def with_environment(given_values: dict[str, str | None], form: str) -> str:
    pairs = list(given_values.items())
    listed = [name if value is None else f"{name}={value}" for name, value in pairs]
    written = {
        "flow map": f" {in_flow(given_values)}  # set\n",
        "flow list": f" {in_flow(listed)}  # set\n",
        "map": "\n" + "".join(f"      {name}: {quoted(value)}  # {name}\n" for name, value in pairs),
        "list": "\n" + "".join(f"    - {quoted(item)}  # {item}\n" for item in listed),
    }
    body = f"    environment:{written[form]}" if pairs else ""
    return f"services:\n  a:\n    image: x:1  # first\n{body}    tty: true  # last\n"


@given(SETTINGS, st.sampled_from(["flow map", "flow list", "map", "list"]), NAMES, st.sampled_from(["1", "", None]))
@settings(max_examples=150, deadline=None)
@example({}, "map", "A", "1")
@example({"A": "b"}, "list", "A", None)
def test_a_variable_is_set_in_the_form_that_there_is(
    values: dict[str, str | None], form: str, name: str, value: str | None
) -> None:
    text = with_environment(values, form)
    result = apply(text, editing.set_environment(parse_document(text), "a", name, value))
    assert variables_of(result) == {**values, name: value}
    assert "\n    image: x:1  # first\n" in result and "\n    tty: true  # last\n" in result
    kept = [f"# {other}" for other in values if other != name and form == "map"]
    assert all(comment in result for comment in kept)
    back = apply(result, editing.delete_environment(parse_document(result), "a", name))
    assert variables_of(back) == {other: item for other, item in values.items() if other != name}
    if name not in values:
        assert back == text


def variables_of(text: str) -> dict[str, str | None]:
    service = parse_document(text).service("a")
    assert service is not None
    lookup = {variable.name: variable for variable in service.environment}
    return {name: _written(variable.node.text, variable.in_list, variable.value) for name, variable in lookup.items()}


def _written(text: str, in_list: bool, value: str | None) -> str | None:
    """The value with its variables unread."""
    if value is None:
        return None
    return text.partition("=")[2] if in_list else text
