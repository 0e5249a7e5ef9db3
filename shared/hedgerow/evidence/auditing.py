"""Auditing one service's database from outside: where it is, its key, what was published."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from sqlalchemy import MetaData, func, select, text

from hedgerow.bus import Bus
from hedgerow.evidence.anchor import AnchorCheck, Signed
from hedgerow.evidence.audit import Audit, Report, logged_anchors
from hedgerow.evidence.tables import evidence_tables
from hedgerow.transaction.database import async_url, connect_unpooled

OWNERS = ("orders", "inventory", "routing", "rma")

_TABLES = evidence_tables(MetaData())


class CannotAudit(Exception):
    """Says what is missing and how to give it."""


@dataclass(frozen=True, slots=True)
class Auditing:
    """postgres_url  of a role that sees past row security
    databases     names by owner; else hedgerow_<owner>
    keys          folder with anchor-<owner>.pub.pem, and beside it what signed older anchors, as
                  anchor-<owner>.2025.pub.pem
    logs          files with the services' logs, whose anchors count as published
    from_anchor   leave out anchors before this one
    """

    postgres_url: str
    keys: Path
    databases: Mapping[str, str] = field(default_factory=dict)
    logs: tuple[Path, ...] = ()
    from_anchor: int = 1

    async def run(
        self, owner: str, bus: Bus | None, begin: Callable[[int], Callable[[int], object]]
    ) -> Report:
        """begin  told how many entries and anchors there are; gives what is told of progress

        Raises CannotAudit, BusDown, and what the database raises.
        """
        check = self._check(owner)
        published = self._logged(owner)
        if bus is not None:
            published |= await _published(bus, owner)
        engine = connect_unpooled(self._database(owner))
        try:
            async with engine.connect() as conn:
                conn = await conn.execution_options(isolation_level="REPEATABLE READ")
                await conn.execute(text("set transaction read only"))
                if not await conn.scalar(
                    text(
                        "select rolsuper or rolbypassrls from pg_roles where rolname = current_user"
                    )
                ):
                    raise CannotAudit(
                        "The audit must see all tenants: name a role in HEDGEROW_POSTGRES_URL that "
                        "is a superuser or has BYPASSRLS."
                    )
                entries = await conn.scalar(select(func.count()).select_from(_TABLES.entries))
                anchors = await conn.scalar(select(func.count()).select_from(_TABLES.anchors))
                progress = begin((entries or 0) + (anchors or 0))
                ordered = [published[number] for number in sorted(published)]
                wanted = [each for each in ordered if each.anchor.number >= self.from_anchor]
                audit = Audit(owner, conn, check, progress)
                return await audit.run(wanted, from_anchor=self.from_anchor)
        finally:
            await engine.dispose()

    def _check(self, owner: str) -> AnchorCheck:
        files = sorted(self.keys.glob(f"anchor-{owner}*.pub.pem"))
        if not files:
            raise CannotAudit(f"There is no anchor-{owner}.pub.pem in {self.keys}.")
        try:
            return AnchorCheck.from_files(*files)
        except (OSError, ValueError) as wrong:
            raise CannotAudit(f"An anchor key of {owner} cannot be used: {wrong}") from wrong

    def _database(self, owner: str) -> str:
        name = self.databases.get(owner, f"hedgerow_{owner}")
        url = async_url(self.postgres_url).set(database=name)
        return url.set(drivername="postgresql").render_as_string(hide_password=False)

    def _logged(self, owner: str) -> dict[int, Signed]:
        found: dict[int, Signed] = {}
        for file in self.logs:
            with file.open(encoding="utf-8", errors="replace") as lines:
                found |= _numbered(logged_anchors(lines, owner))
        return found


async def _published(bus: Bus, owner: str) -> dict[int, Signed]:
    """Raises CannotAudit, BusDown."""
    try:
        return _numbered([Signed.of_message(each) async for each in bus.published_anchors(owner)])
    except (msgspec.MsgspecError, ValueError) as wrong:
        raise CannotAudit(f"A published anchor of {owner} cannot be read: {wrong}") from wrong


def _numbered(anchors: Iterable[Signed]) -> dict[int, Signed]:
    return {signed.anchor.number: signed for signed in anchors}
