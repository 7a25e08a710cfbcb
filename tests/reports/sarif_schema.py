"""What SARIF 2.1.0 says of the objects that we write, as a JSON Schema in our own words.

Source: OASIS Standard "Static Analysis Results Interchange Format (SARIF) Version 2.1.0" with Errata 01, section 3; the
number beside each object is its section there. Stricter than the standard: what we do not write is not allowed, so
that a new property is looked up before it is added.
"""

from typing import Any

Schema = dict[str, Any]


def _object(required: str, optional: str = "", **properties: Schema) -> Schema:
    """An object of these properties; the words of `required` have to be there."""
    assert set(properties) == {*required.split(), *optional.split()}
    return {
        "type": "object",
        "required": required.split(),
        "properties": properties,
        "additionalProperties": False,
    }


def _list(items: Schema, least: int = 0, *, unique: bool = False) -> Schema:
    return {"type": "array", "items": items, "minItems": least, "uniqueItems": unique}


TEXT: Schema = {"type": "string", "minLength": 1}
COUNT: Schema = {"type": "integer", "minimum": 1}
# 3.10: a valid URI reference. A colon in the first segment of a relative one would make it a scheme (RFC 3986, 4.2).
URI: Schema = {
    "type": "string",
    "pattern": r"^([A-Za-z][A-Za-z0-9+.-]*:\S*|[^:\s/]*(/\S*)?)$",
    "format": "uri-reference",
}
LEVEL: Schema = {"enum": ["none", "note", "warning", "error"]}  # 3.27.10
MESSAGE = _object("text", text=TEXT)  # 3.11
ARTIFACT_LOCATION = _object("uri", uri=URI)  # 3.4
REGION = _object(  # 3.30
    "startLine startColumn endLine endColumn", startLine=COUNT, startColumn=COUNT, endLine=COUNT, endColumn=COUNT
)
PHYSICAL = _object("artifactLocation region", artifactLocation=ARTIFACT_LOCATION, region=REGION)  # 3.29
LOGICAL = _object("fullyQualifiedName kind", fullyQualifiedName=TEXT, kind=TEXT)  # 3.33
LOCATION = _object(  # 3.28
    "physicalLocation", "logicalLocations", physicalLocation=PHYSICAL, logicalLocations=_list(LOGICAL, 1, unique=True)
)
RELATED = _object(  # 3.27.22: the id is not negative, and one of its kind within the result
    "id physicalLocation message", id={"type": "integer", "minimum": 0}, physicalLocation=PHYSICAL, message=MESSAGE
)
REPLACEMENT = _object(  # 3.57
    "deletedRegion insertedContent",
    deletedRegion=REGION,
    insertedContent=_object("text", text={"type": "string"}),
)
CHANGE = _object(  # 3.56: at least one replacement
    "artifactLocation replacements", artifactLocation=ARTIFACT_LOCATION, replacements=_list(REPLACEMENT, 1)
)
FIX = _object(  # 3.55: at least one change
    "description artifactChanges", description=MESSAGE, artifactChanges=_list(CHANGE, 1, unique=True)
)
RESULT = _object(  # 3.27
    "ruleId ruleIndex level message locations partialFingerprints",
    "relatedLocations fixes suppressions",
    ruleId=TEXT,
    ruleIndex={"type": "integer", "minimum": 0},
    level=LEVEL,
    message=MESSAGE,
    locations=_list(LOCATION, 1),
    partialFingerprints={"type": "object", "additionalProperties": TEXT},
    relatedLocations=_list(RELATED, 1, unique=True),
    fixes=_list(FIX, 1, unique=True),
    suppressions=_list(_object("kind", kind={"enum": ["inSource", "external"]}), 1, unique=True),  # 3.35
)
RULE = _object(  # 3.49
    "id name shortDescription fullDescription defaultConfiguration properties",
    "helpUri",
    id=TEXT,
    name=TEXT,
    shortDescription=MESSAGE,
    fullDescription=_object("text markdown", text=TEXT, markdown=TEXT),  # 3.12
    helpUri=URI,
    defaultConfiguration=_object("level", level=LEVEL),  # 3.50
    properties=_object("tags", tags=_list(TEXT, unique=True)),  # 3.8
)
DRIVER = _object("name version rules", name=TEXT, version=TEXT, rules=_list(RULE, unique=True))  # 3.19
RUN = _object(  # 3.14
    "tool columnKind artifacts invocations results properties",
    tool=_object("driver", driver=DRIVER),  # 3.18
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    artifacts=_list(_object("location", location=ARTIFACT_LOCATION), unique=True),  # 3.24
    invocations=_list(_object("executionSuccessful", executionSuccessful={"type": "boolean"}), unique=True),  # 3.20
    results=_list(RESULT),
    properties={"type": "object"},
)
LOG = _object("version runs $schema", **{"version": {"const": "2.1.0"}, "runs": _list(RUN), "$schema": URI})  # 3.13
