"""What the migration scripts of all services share."""

from __future__ import annotations

from alembic import context, op
from sqlalchemy import MetaData

from hedgerow.transaction.tables import message_tables
from hedgerow.transaction.tenancy import create_app_schema, secure_message_tables


def begin() -> str:
    """Start a service's first migration: the four message tables and the schema `app`. The role
    that the service runs as."""
    runtime: str = context.config.attributes["runtime"]
    messages = MetaData()
    message_tables(messages)
    messages.create_all(op.get_bind())
    for statement in (*create_app_schema(runtime), *secure_message_tables(runtime)):
        op.execute(statement)
    return runtime


def create_key(table: str, *columns: str) -> None:
    """Make the primary key of `table`, after its other indexes.

    While a table has no statistics, the planner thinks every index that starts with tenant_id and
    holds the rest of the key as good as the primary key, and takes the newest; a plan it keeps
    from then on would walk through all of a tenant's rows.
    """
    op.create_primary_key(f"{table}_pkey", table, list(columns))
