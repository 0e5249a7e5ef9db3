"""Every command turns away a caller with no rights. New commands are covered by being listed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from hedgerow.contracts.message import Command
from hedgerow.errors import Denied, NotFound, Refused
from hedgerow.service.table import batch_of
from hedgerow.transaction import Ask
from hedgerow.transaction.database import connect
from worlds import SERVICES, Databases, caller, service_of, transaction

GOLDEN = Path(__file__).parent / "golden"
COMMANDS = [(name, command) for name in SERVICES for command in service_of(name).commands]


@pytest.mark.parametrize(
    ("service", "command"), COMMANDS, ids=[command.SUBJECT for _, command in COMMANDS]
)
async def test_nobody_is_turned_away(
    databases: Databases, service: str, command: type[Command[Any]]
) -> None:
    message = msgspec.json.decode((GOLDEN / f"{command.SUBJECT}.json").read_bytes(), type=command)
    handler = service_of(service).commands[command]
    nobody = caller(subject="nobody")
    engine = connect(await databases.shared(service), pool_size=1)
    answer: Any = None
    async with transaction(engine, nobody) as tx:
        try:
            if batch_of(handler) is not None:
                (answer,) = await handler([Ask(message, nobody)], tx)
            else:
                answer = await handler(message, tx)
        except Refused as refused:
            answer = refused
        emitted = tx.emitted
    await engine.dispose()

    assert isinstance(answer, Denied | NotFound), answer
    assert emitted == []
