"""Which arguments a document is asked with."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from graphql import GraphQLNonNull

from leaks.values import Values
from leaks.walk import Document, Place


class Call(NamedTuple):
    """A document, what it is asked with, and in how many words the page is the whole list."""

    document: Document
    variables: Mapping[str, Any]


class Asking:
    """Calls of documents by somebody of `own` who is after what is `foreign`."""

    def __init__(self, values: Values, foreign: str, own: str) -> None:
        self._values = values
        self._foreign = foreign
        self._own = own
        self._known: dict[str, list[Any]] = {}

    def plain(self, document: Document, entries: int = 0) -> Call:
        """With what is mandatory, and the first page of a list. A thing that is named in one of
        several ways is named in the first."""
        given: dict[str, Any] = {}
        for name, place in document.places.items():
            if isinstance(place.argument.type, GraphQLNonNull):
                given[name] = self._of(name, place)[0]
        for name in _ways(document.places):
            given.setdefault(name, self._of(name, document.places[name])[0])
            break
        return Call(document, self._paged(document, given, entries))

    def each(self, document: Document) -> Iterator[Call]:
        """The plain call with every value of every argument, one at a time."""
        usual = self.plain(document).variables
        ways = _ways(document.places)
        for name, place in document.places.items():
            if name in ("first", "last"):
                continue
            for value in self._of(name, place):
                given = {n: v for n, v in usual.items() if not (name in ways and n in ways)}
                yield Call(document, _turned(given | {name: value}))

    def any(self, document: Document, by: random.Random) -> Call:
        """Any values of any arguments."""
        given = dict(self.plain(document).variables)
        ways = _ways(document.places)
        for name, place in document.places.items():
            if name in ("first", "last"):
                continue
            if isinstance(place.argument.type, GraphQLNonNull) or by.random() < 0.4:
                if name in ways:
                    given = {n: v for n, v in given.items() if n not in ways}
                given[name] = by.choice(self._of(name, place))
        if "first" in given:
            given["first"] = by.randint(1, document.entries)
            if by.random() < 0.3:
                given["last"] = given.pop("first")
        return Call(document, given)

    def _of(self, name: str, place: Place) -> list[Any]:
        if place.coordinate not in self._known:
            self._known[place.coordinate] = self._values.of(place, self._foreign, self._own)
        return self._known[place.coordinate]

    def _paged(self, document: Document, given: dict[str, Any], entries: int) -> dict[str, Any]:
        if {"first", "last"} <= set(document.places):
            given["first"] = entries or document.entries
        return given


def _turned(given: dict[str, Any]) -> dict[str, Any]:
    """What comes before a place is counted from its end."""
    if "before" in given and "first" in given:
        given["last"] = given.pop("first")
    return given


def _ways(places: Mapping[str, Place]) -> list[str]:
    """Arguments of which exactly one is given: an id or another name of the same thing."""
    names = [name for name in ("id", "number", "code") if name in places]
    return names if len(names) > 1 else []
