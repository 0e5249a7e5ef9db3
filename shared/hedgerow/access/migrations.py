"""The tables about people's rights, for a service's migration scripts."""

from __future__ import annotations

from alembic import context, op
from sqlalchemy import MetaData

from hedgerow.access.tables import access_tables, secure_access


def add_access() -> None:
    tables = MetaData()
    access_tables(tables)
    tables.create_all(op.get_bind())
    for statement in secure_access(context.config.attributes["runtime"]):
        op.execute(statement)
