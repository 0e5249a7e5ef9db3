"""What every service keeps of what routing says about people: how new their rights must be, and
which acts need them to be at the plant."""

from hedgerow.access.presence import (
    OutsideFence,
    PresenceRequired,
    PresenceUncertain,
    demand_presence,
)
from hedgerow.access.reactions import on_access_changed, on_presence_policy_published
from hedgerow.access.tables import AccessTables, access_tables

__all__ = [
    "AccessTables",
    "OutsideFence",
    "PresenceRequired",
    "PresenceUncertain",
    "access_tables",
    "demand_presence",
    "on_access_changed",
    "on_presence_policy_published",
]
