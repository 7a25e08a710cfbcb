"""What services wait for."""

from stacks.compose.document import parse_document
from stacks.compose.waits import ENDED, HEALTHY, STARTED, waited_for, waits

TEXT = """\
services:
  list:
    image: x
    depends_on: [db, [odd], job]
  map:
    image: x
    depends_on:
      db: {condition: service_healthy}
      job: {condition: service_completed_successfully}
      other: {required: false}
      odd: yes
  none:
    image: x
    depends_on: db
"""


def test_both_forms() -> None:
    document = parse_document(TEXT)
    found = [
        (wait.service.name, wait.name, wait.condition, wait.in_list) for s in document.services for wait in waits(s)
    ]
    assert found == [
        ("list", "db", STARTED, True),
        ("list", "job", STARTED, True),
        ("map", "db", HEALTHY, False),
        ("map", "job", ENDED, False),
    ]
    assert [document.source.text[wait.span.start : wait.span.end] for wait in waits(document.services[1])] == [
        "service_healthy",
        "service_completed_successfully",
    ]


def test_who_is_waited_for() -> None:
    document = parse_document(TEXT)
    assert {name: wait.service.name for name, wait in waited_for(document, HEALTHY).items()} == {"db": "map"}
    assert set(waited_for(document, STARTED)) == {"db", "job"}
