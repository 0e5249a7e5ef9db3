"""Documents are made ready once, and not too many are kept."""

from __future__ import annotations

from hedgerow_gateway.execution import operations
from hedgerow_gateway.execution.limits import Limits
from hedgerow_gateway.execution.operations import Operations
from hedgerow_gateway.schema.build import build_schema

SCHEMA = build_schema()._schema


def made() -> Operations:
    return Operations(SCHEMA, limits=Limits(), introspection=False)


def test_the_same_text_is_made_ready_once():
    kept = made()

    assert kept.get("{ viewer { subject } }") is kept.get("{ viewer { subject } }")
    assert kept.get("{ viewer { subject } }") is not kept.get("{ viewer {subject} }")


def test_what_is_wrong_with_a_text_is_kept_too():
    kept = made()

    assert kept.get("{ nothing }").errors != ()
    assert kept.get("{ nothing }") is kept.get("{ nothing }")


def test_the_least_recently_used_go_first(monkeypatch):
    monkeypatch.setattr(operations, "MOST_KEPT", 2)
    kept = made()
    first = kept.get("query A { viewer { subject } }")
    second = kept.get("query B { viewer { subject } }")
    kept.get("query A { viewer { subject } }")
    kept.get("query C { viewer { subject } }")

    assert len(kept) == 2
    assert kept.get("query A { viewer { subject } }") is first
    assert kept.get("query B { viewer { subject } }") is not second


def test_long_documents_push_out_more_of_the_others(monkeypatch):
    monkeypatch.setattr(operations, "MOST_CHARACTERS", 1000)
    kept = made()
    for number in range(50):
        kept.get(f"query A{number} {{ viewer {{ subject }} }}")
    before = len(kept)
    kept.get("query Long { viewer { subject } } #" + "x" * 900)

    assert before > 20
    assert len(kept) < 4


def test_a_text_over_the_limit_is_not_kept():
    kept = made()

    assert kept.get("#" * 20_000).errors != ()
    assert len(kept) == 0
