"""Views of roles, access, presence and rules as routing answers them."""

from __future__ import annotations

from uuid import UUID

from gateway_makers import DECISION_ID, ORDER_ID, PLANT_ID
from hedgerow.contracts import access, presence, routing
from hedgerow.contracts.values import Basis, Datum, GeoPoint, LonLat, PresenceVerdict
from worlds import NOON

AREA_ID = UUID("01958000-0000-7000-8000-0000000000aa")
MEMBERSHIP_ID = UUID("01958000-0000-7000-8000-0000000000ab")
BASIS = Basis("HR", "HR-7")
AREA = routing.AreaView(
    area_id=AREA_ID,  # type: ignore[arg-type]
    code="EAST",
    name="华东区",
    plant_ids=(PLANT_ID,),  # type: ignore[arg-type]
    created_at=NOON,
)
MEMBERSHIP = access.MembershipView(
    membership_id=MEMBERSHIP_ID,  # type: ignore[arg-type]
    subject="li",
    role="sales",
    scope=access.Scope.PLANT,
    plant_id=PLANT_ID,  # type: ignore[arg-type]
    area_id=None,
    basis=BASIS,
    granted_by="wang",
    granted_at=NOON,
    revocation=None,
    revoked_by="",
    revoked_at=None,
)
FIX = presence.PositionFix(
    point=GeoPoint(121.55, 29.87, Datum.GCJ02), accuracy_m=12.5, at=NOON, nonce="n" * 16
)
ATTESTATION = presence.AttestationView(
    attestation_id=UUID(int=7),  # type: ignore[arg-type]
    number="PC20260329-0001",
    plant_id=PLANT_ID,  # type: ignore[arg-type]
    subject="tester",
    act=presence.PresenceAct.STOCK_ADJUST,
    verdict=PresenceVerdict.INSIDE,
    fix=FIX,
    wgs84=LonLat(121.5455, 29.8725),
    distance_m=-80.5,
    attested_at=NOON,
    confirmed_by="",
    confirmed_at=None,
    used_at=None,
)
CASE = access.AccessCaseView(
    number="AC20260329-0001",
    subject="zhao",
    operation="orderCancel",
    code="NOT_PERMITTED",
    asked=(f"Order:{ORDER_ID}",),
    plant_id=PLANT_ID,  # type: ignore[arg-type]
    permission="order:cancel",
    ip="198.51.100.1",
    device="curl/8",
    request_id="r1",
    at=NOON,
)
RULE_USE = routing.RuleUse(
    kind="OVERFLOW_RULE",
    code="JZH",
    name="江浙沪",
    version=1,
    published_by="wang",
    published_at=NOON,
    latest_version=3,
    latest_by="li",
    latest_at=NOON,
    decisions=12,
)
TRACE = routing.RuleTraceView(
    decision_id=DECISION_ID,  # type: ignore[arg-type]
    order_id=ORDER_ID,  # type: ignore[arg-type]
    decided_at=NOON,
    rules=(RULE_USE,),
    siblings=(UUID(int=31), UUID(int=32)),  # type: ignore[arg-type]
)
