"""What the schema says of a mutation beyond its type."""

from __future__ import annotations

import strawberry
from strawberry.schema_directive import Location


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="critical",
    description="A critical change: refused without a basis, which its evidence keeps.",
)
class Critical:
    pass


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="requiresPresence",
    description="A plant may demand that it is done at the plant: then it takes a position.",
)
class RequiresPresence:
    pass


CRITICAL = Critical()
REQUIRES_PRESENCE = RequiresPresence()
