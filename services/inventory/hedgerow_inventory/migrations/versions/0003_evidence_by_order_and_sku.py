"""Find the evidence of an order's returns, and of an article's purchases, by index."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_index("returns_by_order", "returns", ["tenant_id", "order_id", "rma_id"])
    op.create_index("supplies_by_sku", "supplies", ["tenant_id", "sku", "supply_id"])
