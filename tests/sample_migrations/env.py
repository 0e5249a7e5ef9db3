"""Alembic's entry: runs the scripts on the connection that `hedgerow.transaction.database` made."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection)
with context.begin_transaction():
    context.run_migrations()
