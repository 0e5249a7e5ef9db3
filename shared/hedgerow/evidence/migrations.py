"""The tables of evidence, for a service's migration scripts."""

from __future__ import annotations

from alembic import context, op
from sqlalchemy import MetaData

from hedgerow.evidence.schema import secure_evidence
from hedgerow.evidence.tables import evidence_tables


def add_evidence() -> None:
    tables = MetaData()
    evidence_tables(tables)
    tables.create_all(op.get_bind())
    for statement in secure_evidence(context.config.attributes["runtime"]):
        op.execute(statement)
