"""The GraphQL documents that the demo company is loaded with."""

from __future__ import annotations

PLANTS = "query { plants { id code createdAt fences { kind name } } }"
LOCATIONS = "query { locations { id code } }"
RULES = "query { overflowRules { code } }"
LEVELS = """
query Levels($after: String) {
  inventoryLevels(first: 100, after: $after) {
    nodes { skuCode safetyLevel location { code } }
    pageInfo { hasNextPage endCursor }
  }
}
"""
ORDERS = """
query Orders($after: String, $from: DateTime!, $before: DateTime!) {
  orders(first: 100, after: $after, where: { placedAt: { gte: $from, lt: $before } }) {
    nodes {
      id state sourcing kitLockPending placedAt
      customer { code } plant { code } returns { id state }
    }
    pageInfo { hasNextPage endCursor }
  }
}
"""
ORDER = """
query Order($id: ID!) {
  order(id: $id) { id state sourcing kitLockPending plant { code } returns { id state } }
}
"""


def _mutation(field: str, answer: str) -> str:
    """`field` with an input and an idempotency key, answering `answer` and what went wrong."""
    kind = f"{field[0].upper()}{field[1:]}Input"
    return (
        f"mutation($key: String!, $input: {kind}!) {{ {field}(input: $input) "
        f"@idempotent(key: $key) {{ {answer} userErrors {{ code message field }} }} }}"
    )


_ORDER = "order { id state sourcing kitLockPending plant { code } returns { id state } }"

CREATE_PLANT = _mutation("plantCreate", "plant { id createdAt }")
CREATE_LOCATION = _mutation("locationCreate", "location { id }")
PUBLISH_FENCE = _mutation("fencePublish", "fence { id }")
SET_LIMITS = _mutation("routingLimitsSet", "limits { maxDistanceKm }")
PUBLISH_RULE = _mutation("overflowRulePublish", "rule { id }")
RECEIVE_STOCK = _mutation("stockReceive", "levels { id }")
SET_SAFETY = _mutation("safetyLevelSet", "level { id }")
SUBMIT_ORDER = _mutation("orderSubmit", f"{_ORDER} settled")
CANCEL_ORDER = _mutation("orderCancel", _ORDER)
ADVANCE_ORDER = _mutation("orderTransition", _ORDER)
REQUEST_RETURN = _mutation("returnRequest", "return { id state }")
RECEIVE_RETURN = _mutation("returnReceive", "return { id state }")
INSPECT_RETURN = _mutation("returnInspect", "return { id state }")
