"""Yesterday's bytes still decode today. A golden file is written once and never edited."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hedgerow.contracts.message import Command, Event, Message, Query, owner_of
from worlds import SERVICES, contracts_of, service_of

GOLDEN = Path(__file__).parent / "golden"


def _messages() -> dict[str, type[Message]]:
    found: dict[str, type[Message]] = {}
    for owner in SERVICES:
        for module in contracts_of(owner):
            for kind in vars(module).values():
                if (
                    isinstance(kind, type)
                    and issubclass(kind, Command | Query | Event)
                    and "SUBJECT" in vars(kind)
                ):
                    found[kind.SUBJECT] = kind
    return found


MESSAGES = _messages()


def _plain(value: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(value))


def _within(written: Any, kept: Any) -> Any:
    """`kept` without the fields that came later than `written`."""
    if isinstance(written, dict) and isinstance(kept, dict):
        return {name: _within(value, kept.get(name)) for name, value in written.items()}
    if isinstance(written, list) and isinstance(kept, list) and len(written) == len(kept):
        return [_within(*pair) for pair in zip(written, kept, strict=True)]
    return kept


@pytest.mark.parametrize("subject", sorted(path.stem for path in GOLDEN.glob("*.json")))
def test_golden_bytes_decode_and_nothing_of_them_is_lost(subject: str) -> None:
    raw = (GOLDEN / f"{subject}.json").read_bytes()

    message = msgspec.json.decode(raw, type=MESSAGES[subject])

    written = msgspec.json.decode(raw)
    assert _within(written, _plain(message)) == written


def test_every_message_has_a_golden_file() -> None:
    assert sorted(MESSAGES) == sorted(path.stem for path in GOLDEN.glob("*.json"))


@pytest.mark.parametrize("subject", sorted(MESSAGES))
def test_a_subject_says_what_owner_and_version(subject: str) -> None:
    kind = MESSAGES[subject]
    verb = {Command: "cmd", Query: "qry", Event: "evt"}
    word = next(word for family, word in verb.items() if issubclass(kind, family))

    assert subject.startswith(f"hedgerow.{word}.{owner_of(kind)}.")
    assert subject.endswith(".v1")
    assert import_module(kind.__module__) in contracts_of(owner_of(kind))


def test_every_command_and_query_has_a_handler_at_its_owner() -> None:
    handled = {
        kind.SUBJECT
        for name in SERVICES
        for kind in (*service_of(name).commands, *service_of(name).queries)
    }

    assert handled == {s for s, kind in MESSAGES.items() if issubclass(kind, Command | Query)}


def test_every_reaction_is_to_an_event_that_its_owner_declares() -> None:
    reactions = {kind.SUBJECT for name in SERVICES for kind in service_of(name).reactions}

    assert reactions <= {s for s, kind in MESSAGES.items() if issubclass(kind, Event)}
