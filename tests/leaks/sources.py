"""Where the values of arguments come from: a small table of names.

A new argument of a known type and name needs nothing. Another one makes the test fail with its
coordinate, until its line is here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

# Ids: of which type, by the argument's name; otherwise `plantId` and `plantIds` speak of a Plant.
ID_OF: Mapping[str, str] = {
    "return": "Rma",
    "chain": "Location",
    "entity": "Node",
}
# Texts: where answers hold them, by coordinate or else by name.
TEXT_OF: Mapping[str, str] = {
    "Query.accessCase(number:)": "AccessCase.number",
    "PresenceConfirmInput.number": "PresenceNote.number",
    "PositionInput.confirmation": "PresenceNote.number",
    "number": "Order.number",
    "numberPrefix": "Order.number",
    "code": "Plant.code",
    "sku": "Sku.sku",
    "skus": "Sku.sku",
    "skuCode": "Sku.sku",
    "reference": "LedgerEntry.reference",
    "channel": "Order.channel",
    "region": "ShipTo.region",
    "regions": "ShipTo.region",
    "channels": "Order.channel",
    "divisions": "Division.code",
    "customer": "Customer.code",
    "user": "Membership.user",
    "userId": "Membership.user",
    "actors": "Order.submittedBy",
    "CustomerInput.code": "Customer.code",
    "CustomerInput.name": "Customer.name",
}
# Texts that a mutation writes: nobody's.
WRITTEN: Mapping[str, str] = {
    "BasisInput.type": "EMAIL",
    "MoneyInput.currencyCode": "CNY",
    "PlantCreateInput.code": "NEW-PLANT",
    "LocationCreateInput.code": "NEW-PLACE",
    "OverflowRulePublishInput.code": "NEW-RULE",
    "AreaCreateInput.code": "NEW-AREA",
    "OrderAttributeInput.name": "an-attribute",
    "OrderAttributeInput.value": "a value",
    "condition": "order.custom",
    "customerGrade": "a grade",
    "timeZone": "Asia/Tokyo",
    "PositionInput.nonce": "a-nonce-of-some-length",
    "ReleaseChangesSetInput.remove": "LIMITS",
    "address": "a street",
    "city": "a city",
    "name": "a name",
    "note": "a note",
    "reason": "a reason",
    "ref": "a paper",
    "signer": "a person",
    "title": "a title",
    "unit": "piece",
}
# Numbers that must fit together; any other Int is 1, any other Float 1.5.
NUMBERS: Mapping[str, Any] = {
    "delta": "-1",
    "radiusM": 500.0,
}
# In nobody's area: near enough to a plant, and too far from all.
NOWHERE = (
    {"lon": 123.1, "lat": 30.0, "datum": "WGS84"},
    {"lon": 1.5, "lat": 1.5, "datum": "WGS84"},
)
SQUARE = [[120.0, 30.0], [120.5, 30.0], [120.5, 30.5], [120.0, 30.5], [120.0, 30.0]]
SCALARS: Mapping[str, Sequence[Any]] = {
    "Boolean": (True, False),
    "Int": (1,),
    "Float": (1.5,),
    "Decimal": ("1",),
    "DateTime": ("2020-01-01T00:00:00Z", "2100-01-01T00:00:00Z"),
    "GeoJSON": (
        {"type": "Polygon", "coordinates": [SQUARE]},
        {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "properties": {"code": "999999", "name": "a name"},
                    "geometry": {"type": "Polygon", "coordinates": [SQUARE]},
                }
            ],
        },
    ),
}
