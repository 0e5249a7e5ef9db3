"""Every command and query turns away who may not; see the package `guarded` for how to add one."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from contracts.guarded import inventory, orders, rma, routing
from contracts.guarded.asked import Asked, Prepare, Scope, Stage, holding
from contracts.guarded.needs import ALL, needs_of
from contracts.guarded.outcome import Outcome, send
from contracts.guarded.tables import needs_line, needs_table, roles_table
from hedgerow.auth import Caller
from hedgerow.contracts.message import Command
from hedgerow.contracts.values import PlantId, new_id
from hedgerow.service import Service
from hedgerow.transaction import Transaction
from hedgerow.transaction.database import connect
from worlds import SERVICES, Databases, administrator, caller, service_of, transaction

FOLDER = Path(__file__).parent
NEEDS, ROLES = FOLDER / "permissions.txt", FOLDER / "roles.txt"
REWRITE = bool(os.environ.get("HEDGEROW_REWRITE"))
PREPARE: Mapping[str, Prepare] = {
    "orders": orders.prepare,
    "inventory": inventory.prepare,
    "routing": routing.prepare,
    "rma": rma.prepare,
}
HIDDEN, DENIED = "PLANT_FORBIDDEN", "NOT_PERMITTED"
NO_SERVICE = "SERVICES_ONLY"
ELSEWHERE = PlantId(new_id())
MESSAGES = [
    (name, kind)
    for name in SERVICES
    for kind in (*service_of(name).commands, *service_of(name).queries)
]
_found: dict[str, str] = {}  # lines of permissions.txt, by message


@dataclass(frozen=True, slots=True)
class Sending:
    """A stage that stands, and the cases of one message."""

    tx: Transaction
    service: Service
    stage: Stage
    asked: tuple[Asked, ...]

    async def send(self, asked: Asked, who: Caller, **more: Any) -> Outcome:
        return await send(self.tx.conn, self.service, asked.message, who, **more)

    async def full(self, asked: Asked) -> Outcome:
        """With all permissions: it is carried out, and says or does something."""
        outcome = await self.send(asked, holding(ALL, asked, self.stage, self.tx.caller.tenant_id))
        assert outcome.refused == "", f"{asked.name} must succeed on its stage"
        assert not outcome.blank
        return outcome


@pytest.fixture(scope="module")
async def stages(databases: Databases) -> AsyncIterator[Mapping[str, tuple[Transaction, Stage]]]:
    """One of each service for all tests here: what they do is taken back."""
    async with AsyncExitStack() as ending:
        standing = {}
        for name, prepare in PREPARE.items():
            engine = connect(await databases.shared(name), pool_size=1)
            ending.push_async_callback(engine.dispose)
            tx = await ending.enter_async_context(transaction(engine, administrator()))
            standing[name] = (tx, await prepare(tx))
        yield standing


@pytest.fixture
def sending(stages: Mapping[str, tuple[Transaction, Stage]], name: str, kind: Any) -> Sending:
    tx, stage = stages[name]
    asked = tuple(each for each in stage.asked if type(each.message) is kind)
    assert asked, f"contracts/guarded/{name}.py has no {kind.__name__}"
    return Sending(tx, service_of(name), stage, asked)


each_message = pytest.mark.parametrize(
    ("name", "kind"), MESSAGES, ids=[kind.SUBJECT for _, kind in MESSAGES]
)


def _refusal(asked: Asked) -> str:
    if asked.scope is Scope.SERVICE:
        return NO_SERVICE
    return HIDDEN if asked.hidden else DENIED


@each_message
async def test_nobody_is_turned_away(sending: Sending, kind: Any) -> None:
    for asked in sending.asked:
        await sending.full(asked)

        outcome = await sending.send(asked, caller(sending.tx.tenant_id, subject="nobody"))

        assert outcome.untouched
        if issubclass(kind, Command):
            assert outcome.refused == _refusal(asked)
        else:
            assert outcome.blank or outcome.refused in (HIDDEN, DENIED, NO_SERVICE)


@each_message
async def test_a_user_of_another_plant_is_turned_away(sending: Sending, kind: Any) -> None:
    """Unless rights at any plant are enough: then nothing of this plant changes."""
    for asked in sending.asked:
        theirs = caller(sending.tx.tenant_id, plants={ELSEWHERE: ALL})

        outcome = await sending.send(asked, theirs)

        if asked.scope is Scope.SOMEWHERE:
            assert outcome.refused == ""
            continue
        assert outcome.untouched
        if issubclass(kind, Command):
            assert outcome.refused == _refusal(asked)
        else:
            assert outcome.blank or outcome.refused in (HIDDEN, DENIED, NO_SERVICE)


@each_message
async def test_users_of_another_tenant_find_and_change_nothing(sending: Sending) -> None:
    """Neither with all rights at a plant of theirs, nor in their whole tenant, nor by the id of
    the plant that is not theirs. What they may do there is done in their own tenant."""
    for asked in sending.asked:
        full = await sending.full(asked)
        look_at = sending.tx.caller
        before = await sending.send(asked, caller(subject="nobody"), look_at=look_at)
        for stranger in (
            caller(plants={ELSEWHERE: ALL}),
            caller(tenant=ALL),
            caller(plants={sending.stage.plant_id: ALL}),
        ):
            outcome = await sending.send(asked, stranger, look_at=look_at)

            assert outcome.left == before.left
            if outcome.refused:
                assert outcome.untouched
            elif not isinstance(asked.message, Command):
                assert outcome.untouched
                assert outcome.blank or asked.own_answer
                assert outcome.answer != full.answer


@each_message
async def test_each_single_permission_is_missed_as_the_golden_table_says(sending: Sending) -> None:
    golden = [] if REWRITE else NEEDS.read_text("utf-8").splitlines()
    for asked in sending.asked:
        full = await sending.full(asked)
        needs = await needs_of(
            sending.tx.conn, sending.service, asked, sending.stage, sending.tx.tenant_id, full
        )
        line = needs_line(asked.name, asked.scope, needs)
        _found[asked.name] = line
        assert REWRITE or line in golden, f"permissions.txt has another line than\n{line}"


def test_roles_hold_what_the_golden_table_says() -> None:
    if REWRITE:
        ROLES.write_text(roles_table(), "utf-8")
    assert ROLES.read_text("utf-8") == roles_table()


def test_the_golden_table_of_needs_has_all_messages_and_no_other() -> None:
    """The last test here: it writes what the others have found, when that is wanted."""
    subjects = {kind.SUBJECT.removeprefix("hedgerow.") for _, kind in MESSAGES}
    complete = {name.partition(":")[0] for name in _found} == subjects
    if REWRITE:
        assert complete, "to write the table anew, run all of this file"
        NEEDS.write_text(needs_table(_found), "utf-8")

    text = NEEDS.read_text("utf-8")
    named = [line.split()[0] for line in text.splitlines() if line.startswith(("cmd.", "qry."))]
    assert {name.partition(":")[0] for name in named} == subjects
    if complete:
        assert text == needs_table(_found)
