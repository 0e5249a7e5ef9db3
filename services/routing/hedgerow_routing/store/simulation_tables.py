"""Simulations: how far each is, what each step counted, and which orders change plant."""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    DOUBLE_PRECISION,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from .tables import metadata

# place_at and place_id are the last decision looked at. result is text: its bytes have a hash.
simulation_runs = Table(
    "simulation_runs",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("simulation_id", Uuid, nullable=False),
    Column("release_id", Uuid, nullable=False),
    Column("of_version", Integer, nullable=False),
    Column("base", Integer, nullable=False),
    Column("days", Integer, nullable=False),
    Column("since", DateTime(timezone=True), nullable=False),
    Column("until", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False),
    Column("total", Integer, nullable=False),
    Column("done", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    Column("place_at", DateTime(timezone=True)),
    Column("place_id", Uuid),
    Column("started_by", Text, nullable=False),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("finished_at", DateTime(timezone=True)),
    Column("result", Text),
    Column("result_sha256", Text),
    Column("version", Integer, nullable=False),
    PrimaryKeyConstraint("tenant_id", "simulation_id", name="simulation_runs_pkey"),
    CheckConstraint("state in ('RUNNING', 'DONE', 'OUTDATED')", name="simulation_runs_state"),
    CheckConstraint(
        "(state = 'RUNNING') = (finished_at is null) and (state = 'DONE') = (result is not null)"
        " and (result is null) = (result_sha256 is null)",
        name="simulation_runs_finished",
    ),
)

# before and after are without the draft and with it: counts, and the distance of each order that
# has a plant.
simulation_steps = Table(
    "simulation_steps",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("simulation_id", Uuid, nullable=False),
    Column("step", Integer, nullable=False),
    Column("before", JSONB, nullable=False),
    Column("after", JSONB, nullable=False),
    Column("before_m", ARRAY(DOUBLE_PRECISION), nullable=False),
    Column("after_m", ARRAY(DOUBLE_PRECISION), nullable=False),
    PrimaryKeyConstraint("tenant_id", "simulation_id", "step", name="simulation_steps_pkey"),
)

simulation_orders = Table(
    "simulation_orders",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("simulation_id", Uuid, nullable=False),
    Column("place", Integer, nullable=False),
    Column("order_id", Uuid, nullable=False),
    Column("order_number", Text, nullable=False),
    Column("from_plant", Uuid),
    Column("to_plant", Uuid),
    Column("open", Boolean, nullable=False),
    PrimaryKeyConstraint("tenant_id", "simulation_id", "place", name="simulation_orders_pkey"),
)
