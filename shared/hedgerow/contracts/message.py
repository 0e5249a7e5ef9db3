"""What a message is.

A subject is `hedgerow.<cmd|qry|evt>.<owner>.<name>.v<N>`; an event is published below it as
`….<tenant>.<plant>`, with `_` while no plant has been assigned.
"""

from __future__ import annotations

from typing import Any, ClassVar, Generic, TypeVar, get_args

import msgspec

Reply = TypeVar("Reply")


class Message(msgspec.Struct, frozen=True, kw_only=True):
    SUBJECT: ClassVar[str]


def owner_of(kind: type[Message]) -> str:
    """The service that answers or sends the message: the third token of its subject."""
    return kind.SUBJECT.split(".")[2]


class Event(Message, frozen=True, kw_only=True):
    """Something that has happened. Past tense; cannot be refused."""


class Request(Message, Generic[Reply], frozen=True, kw_only=True):
    """Something a caller waits for. Answered with a `Reply`, or refused."""

    @classmethod
    def reply_type(cls) -> Any:
        for base in cls.__orig_bases__:  # type: ignore[attr-defined]
            if args := get_args(base):
                return args[0]
        raise TypeError(f"{cls.__name__} does not say what it replies with")


class Command(Request[Reply], Generic[Reply], frozen=True, kw_only=True):
    """Asks for a change."""


class Query(Request[Reply], Generic[Reply], frozen=True, kw_only=True):
    """Asks for an answer and changes nothing."""
