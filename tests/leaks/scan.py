"""Asking, searching the answers, and counting."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from graphql import GraphQLSchema

from leaks.asking import Asking, Call
from leaks.canaries import OTHER, A, B, values
from leaks.line import Line, connected
from leaks.report import Leak, Report
from leaks.sides import World
from leaks.users import User, users
from leaks.values import NoValue, Values
from leaks.walk import Document, documents

AT_ONCE = 32
CHIEFS = ("area_admin@NGB", "area_admin@SZH", "administrator of another company")
BROKEN = frozenset({"INTERNAL", "COST_LIMIT_EXCEEDED", "UNAUTHENTICATED", "THROTTLED"})
UNAVAILABLE = "SERVICE_UNAVAILABLE"
PAUSES_S = (0.2, 0.5, 1.0, 2.0, 4.0)  # a busy machine proves nothing: the question is put again

# Lists that grow while others ask: each refusal and each role that a token brings is an entry.
GROWING = frozenset({"evidence"})
# Lists of one thing, which an argument names: each is as long as it is.
OF_ONE = frozenset({"simulationOrders"})

Heard = Callable[[User, Call, dict[str, Any]], None]


class Scan:
    """Of one world. Begin with `learn`, then `count`."""

    def __init__(self, world: World, schema: GraphQLSchema) -> None:
        self.world = world
        self.schema = schema
        self.documents = documents(schema)
        self.users = users(world)
        self.values = Values(schema, world.canaries)
        self.report = Report()
        self._most: dict[tuple[str, str], int] = {}
        self._asking: dict[tuple[str, str], Asking] = {}

    def user(self, name: str) -> User:
        return next(each for each in self.users if each.name == name)

    async def learn(self) -> None:
        """What there is to ask with: whatever the chief of each side is answered about their own.
        Raises NoValue when an argument is left without a value."""
        for side in self.world.sides.values():
            for coordinate, made in side.made.items():
                for each in made:
                    self.values.keep(side.owner, coordinate, each)
        left = {(name, each.name) for name in CHIEFS for each in self.documents}
        while True:
            possible = list(self._possible(left))
            if not possible:
                break
            left -= {(user.name, call.document.name) for user, call in possible}
            await self.run(possible, lambda user, _, said: self.values.learn(user.own, said))
        for name in CHIEFS:
            for document in self.documents:
                list(self.asking(self.user(name)).each(document))

    def _possible(self, left: set[tuple[str, str]]) -> Iterator[tuple[User, Call]]:
        for user in map(self.user, CHIEFS):
            asking = Asking(self.values, user.own, user.own)
            for document in self.documents:
                if (user.name, document.name) in left:
                    try:
                        yield user, asking.plain(document)
                    except NoValue:
                        continue

    def asking(self, user: User) -> Asking:
        key = (user.foreign, user.own)
        if key not in self._asking:
            self._asking[key] = Asking(self.values, *key)
        return self._asking[key]

    def plain(
        self, someone: Iterable[User], documents: Iterable[Document] = ()
    ) -> Iterator[tuple[User, Call]]:
        """Every document, once for each of them."""
        for user in someone:
            for document in documents or self.documents:
                yield user, self.asking(user).plain(document)

    def each(
        self, someone: Iterable[User], documents: Iterable[Document] | None = None
    ) -> Iterator[tuple[User, Call]]:
        """Every value of every argument: of lists in the thin document and of all else in the
        wide ones, and of fields further down where they are first met."""
        for document in self._first_met() if documents is None else documents:
            for user in someone:
                yield from ((user, call) for call in self.asking(user).each(document))

    def _first_met(self) -> Iterator[Document]:
        known: set[str] = set()
        for document in self.documents:
            new = {place.coordinate for place in document.places.values()} - known
            known |= new
            if new or (document.wide and "first" not in document.places):
                yield document

    def anything(self, by: random.Random) -> Iterator[tuple[User, Call]]:
        """For ever: anybody asks anything with any arguments, most often for a little."""
        weights = [8 if each.thin else 2 if each.wide else 1 for each in self.documents]
        while True:
            user, (document,) = by.choice(self.users), by.choices(self.documents, weights)
            yield user, self.asking(user).any(document, by)

    async def count(self) -> None:
        """How long every list is for everybody: no count may say more, until it is done again."""

        def keep(user: User, call: Call, said: dict[str, Any]) -> None:
            page = (said.get("data") or {}).get(call.document.root)
            self._most[user.name, call.document.root] = len(page["nodes"]) if page else 0

        self._most.clear()
        lists = [each for each in self.documents if each.thin and "first" in each.places]
        await self.run(self.plain(self.users, lists), keep)

    async def run(self, calls: Iterable[tuple[User, Call]], heard: Heard | None = None) -> None:
        """All calls, some at once."""
        began = time.monotonic()
        rest = iter(calls)

        async def work() -> None:
            async with connected(self.world.suite.port) as line:
                for user, call in rest:
                    said = await self._ask(line, user, call)
                    if heard is not None:
                        heard(user, call, said)

        await asyncio.gather(*(work() for _ in range(AT_ONCE)))
        self.report.seconds += time.monotonic() - began

    async def _ask(self, line: Line, user: User, call: Call) -> dict[str, Any]:
        asked = json.dumps(call.variables, ensure_ascii=False)
        body = f'{{"query":{json.dumps(call.document.text)},"variables":{asked}}}'.encode()
        for pause_s in PAUSES_S:
            text = await line.ask(user.token, body)
            said: dict[str, Any] = json.loads(text)
            self.search(user, call.document.name, asked, text, said)
            if UNAVAILABLE not in codes_of(said):
                break
            await asyncio.sleep(pause_s)
        else:
            self._blame(user, call, UNAVAILABLE)
        self._check_counts(user, call, said)
        return said

    def search(
        self, user: User, document: str, asked: str, text: str, said: Mapping[str, Any]
    ) -> None:
        """One answer."""
        report = self.report
        report.hear(user.name, document, asked, text)
        codes = codes_of(said)
        report.codes.update(codes)
        if BROKEN & set(codes):
            report.faults.append(f"{user.name}, {document}, {asked}: {said['errors']}")
        hits = self.world.canaries.find(text)
        if user.own == OTHER:
            hits = {hit for hit in hits if not self.world.canaries.is_plain(hit)}
        for owner in {hit.owner for hit in hits}:
            report.seen[user.name, owner] += 1
        foreign = {hit for hit in hits if hit.owner not in user.sees}
        if foreign:
            leaked = self.world.canaries.leaked(
                self.schema, said, asked, foreign, at_other=user.own == OTHER
            )
            report.leaks.extend(Leak(user.name, document, each, asked) for each in leaked)
        if user.sees >= {A, B}:
            report.filled |= {each for each, _, value in values(self.schema, said) if value != []}

    def _check_counts(self, user: User, call: Call, said: Mapping[str, Any]) -> None:
        root, given = call.document.root, call.variables
        page = (said.get("data") or {}).get(root)
        if not isinstance(page, dict) or page.get("totalCount") is None:
            return
        total, shown = page["totalCount"], len(page["nodes"])
        most = self._most.get((user.name, root), total)
        if total > most and root not in GROWING | OF_ONE:
            self._blame(user, call, f"{total} counted, {most} can be seen")
        if shown < given.get("first", given.get("last", 0)) and not {"after", "before"} & set(
            given
        ):
            more = page["pageInfo"]["hasNextPage"] or page["pageInfo"]["hasPreviousPage"]
            if total != shown or more:
                self._blame(user, call, f"{shown} shown, {total} counted, more: {more}")

    def _blame(self, user: User, call: Call, what: str) -> None:
        name = call.document.name
        self.report.faults.append(f"{user.name}, {name}, {dict(call.variables)}: {what}")


def codes_of(said: Mapping[str, Any]) -> list[str]:
    return [each["extensions"]["code"] for each in said.get("errors") or ()]
