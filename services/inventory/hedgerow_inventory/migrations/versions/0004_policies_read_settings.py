"""Policies read the settings of the transaction themselves, without a function to be parsed."""

from alembic import op
from hedgerow.transaction.tenancy import read_settings_directly

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute(read_settings_directly())
