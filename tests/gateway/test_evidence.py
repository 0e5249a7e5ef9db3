"""Evidence of all services in one list, and whether it is intact."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from gateway_access import AREA_ID, BASIS, MEMBERSHIP_ID
from gateway_makers import DECISION_ID, LOCATION_ID, ORDER_ID, PLANT, PLANT_ID, RMA_ID, changed
from hedgerow.auth import NotPermitted, Permission
from hedgerow.contracts.evidence import (
    AnchorView,
    EvidenceEntry,
    EvidenceFault,
    EvidencePart,
    EvidenceWhere,
    EvidenceWindow,
    FaultKind,
    FieldChange,
    PresenceNote,
    StreamVerdict,
)
from hedgerow.contracts.routing import PlantsByIds
from hedgerow.contracts.values import PresenceVerdict
from hedgerow.errors import Unavailable
from hedgerow_gateway.evidence import cursor_of, place_of
from hedgerow_gateway.schema.evidence import LISTS, VERIFIES
from hedgerow_gateway.schema.ids import global_id
from worlds import NOON

ENTRY = EvidenceEntry(
    owner="orders", stream=f"order:{ORDER_ID}", seq=3, plant_id=PLANT_ID, at=NOON, actor="wang",
    action="order_cancelled",
    changes=(FieldChange(field="state", before="PENDING_REVIEW", after="CANCELLED"),
             FieldChange(field="lines", before=None, after=[{"quantity": "1.50"}])),
    basis=BASIS,
    presence=PresenceNote(number="PC1", act="ORDER_SIGN", verdict=PresenceVerdict.INSIDE,
                          lon=121.5, lat=29.8, accuracy_m=5.0, at=NOON),
    cause="hedgerow.cmd.orders.cancel_order.v1", ip="198.51.100.1", device="curl/8",
    request_id="r1", trace_id="t1", hash="ab" * 32,
)  # fmt: skip
NEWER = changed(ENTRY, owner="rma", stream="rma:1", seq=1, at=NOON + timedelta(seconds=1))
LIST = """query($first: Int, $last: Int, $after: String, $where: EvidenceWhereInput) {
  evidence(first: $first, last: $last, after: $after, where: $where) {
    totalCount pageInfo { hasNextPage hasPreviousPage endCursor } nodes { owner seq } } }"""
TENANT = "01958000-0000-7000-8000-00000000ffff"


@pytest.fixture
def world(services):
    services.answer(PlantsByIds, (PLANT,))
    for owner, kind in LISTS.items():
        entries = {"orders": (ENTRY,), "rma": (NEWER,)}.get(owner, ())
        services.answer(kind, EvidencePart(entries=entries, more=False, total=len(entries)))
    for kind in VERIFIES.values():
        services.answer(kind, ())
    return services


def asked(world, kinds) -> dict[str, object]:
    return {owner: m for owner, kind in kinds.items() for m in world.messages(kind)}


async def test_an_entry_tells_everything(gateway, world):
    text = """{ evidence(first: 5) { nodes { owner stream seq plant { code } at actor action
      changes { field before after } basis { ref } presence { number verdict wgs84 { lon lat }
      accuracyM confirmedBy } cause ip device requestId traceId hash } } }"""
    async with gateway.user("auditor") as user:
        data = await user.ask(text)

    assert data["evidence"]["nodes"][1] == {
        "owner": "orders",
        "stream": f"order:{ORDER_ID}",
        "seq": 3,
        "plant": {"code": "NB"},
        "at": "2026-03-29T12:00:00Z",
        "actor": "wang",
        "action": "order_cancelled",
        "changes": [
            {"field": "state", "before": "PENDING_REVIEW", "after": "CANCELLED"},
            {"field": "lines", "before": None, "after": [{"quantity": "1.50"}]},
        ],
        "basis": {"ref": "HR-7"},
        "presence": {
            "number": "PC1",
            "verdict": "INSIDE",
            "wgs84": {"lon": 121.5, "lat": 29.8},
            "accuracyM": 5.0,
            "confirmedBy": None,
        },
        "cause": "hedgerow.cmd.orders.cancel_order.v1",
        "ip": "198.51.100.1",
        "device": "curl/8",
        "requestId": "r1",
        "traceId": "t1",
        "hash": "ab" * 32,
    }


async def test_all_four_services_are_asked_and_their_answers_are_one_list(gateway, world):
    async with gateway.user("auditor") as user:
        data = await user.ask(LIST, first=1)

    assert data["evidence"] == {
        "totalCount": 2,
        "pageInfo": {
            "hasNextPage": True,
            "hasPreviousPage": False,
            "endCursor": cursor_of(NEWER),
        },
        "nodes": [{"owner": "rma", "seq": 1}],
    }
    window = EvidenceWindow(size=1, total=True)
    assert {
        owner: (m.where, m.window) for owner, m in asked(world, LISTS).items()
    } == dict.fromkeys(LISTS, (EvidenceWhere(), window))


async def test_a_cursor_is_handed_to_every_service_as_a_place(gateway, world):
    async with gateway.user("auditor") as user:
        data = await user.ask(LIST, last=1, after=cursor_of(NEWER))

    assert data["evidence"]["nodes"] == [{"owner": "orders", "seq": 3}]
    assert data["evidence"]["pageInfo"]["hasPreviousPage"] is True
    windows = {message.window for message in asked(world, LISTS).values()}
    assert windows == {EvidenceWindow(size=1, after=place_of(NEWER), backward=True, total=True)}


async def test_what_is_no_cursor_of_this_list_is_refused(gateway, world):
    async with gateway.user("auditor") as user:
        (error,) = await user.errors(LIST, first=1, after="c3")

    assert error["extensions"]["reason"] == "BAD_CURSOR"
    assert asked(world, LISTS) == {}


async def test_conditions_reach_the_services(gateway, world):
    where = {
        "customer": "C-1",
        "sku": "BOLT",
        "plantIds": [global_id("Plant", PLANT_ID)],
        "actors": ["wang", "li"],
        "from": "2026-03-29T00:00:00Z",
        "before": "2026-03-29T12:00:00Z",
    }
    async with gateway.user("auditor") as user:
        await user.ask(LIST, first=1, where=where)

    assert {message.where for message in asked(world, LISTS).values()} == {
        EvidenceWhere(
            customer="C-1",
            sku="BOLT",
            plant_ids=(PLANT_ID,),
            actors=("wang", "li"),
            since=NOON - timedelta(hours=12),
            before=NOON,
        )
    }


THINGS = [
    ("Order", ORDER_ID, ("inventory", "orders", "rma", "routing"), (), ORDER_ID),
    ("Rma", RMA_ID, ("inventory", "rma"), (f"rma:{RMA_ID}", f"return:{RMA_ID}"), None),
    ("RoutingDecision", DECISION_ID, ("routing",), (f"decision:{DECISION_ID}",), None),
    ("Plant", PLANT_ID, ("routing",), (f"plant:{PLANT_ID}", f"presence_policy:{PLANT_ID}"), None),
    ("Location", LOCATION_ID, ("routing",), (f"location:{LOCATION_ID}",), None),
    ("Area", AREA_ID, ("routing",), (f"area:{AREA_ID}",), None),
    ("Membership", f"{MEMBERSHIP_ID}:li:x", ("routing",), (f"access:{TENANT}:li:x",), None),
    ("Sku", "BOLT-M8", ("inventory",), (f"sku:{TENANT}:BOLT-M8",), None),
    ("InventoryLevel", f"{LOCATION_ID}:A", ("inventory",), (f"stock:{LOCATION_ID}:A",), None),
]


@pytest.mark.parametrize(("kind", "key", "owners", "streams", "order_id"), THINGS)
async def test_the_evidence_of_a_thing_is_asked_of_those_who_keep_it(
    gateway, world, kind, key, owners, streams, order_id
):
    gateway.tenant = TENANT
    given = global_id(kind, key)
    async with gateway.user("auditor") as user:
        await user.ask(LIST, first=1, where={"entityId": given})
        await user.ask("query($id: ID!) { verifyEvidence(entityId: $id) { ok } }", id=given)

    lists, verifies = asked(world, LISTS), asked(world, VERIFIES)
    assert tuple(sorted(lists)) == tuple(sorted(verifies)) == owners
    assert {m.where for m in lists.values()} == {EvidenceWhere(streams=streams, order_id=order_id)}
    assert {(m.streams, m.order_id) for m in verifies.values()} == {(streams, order_id)}


@pytest.mark.parametrize(
    "given", ["x", global_id("Fence", UUID(int=1)), global_id("Order", "x"), global_id("Rma", "1")]
)
async def test_what_has_no_evidence_is_refused(gateway, world, given):
    async with gateway.user("auditor") as user:
        (listed,) = await user.errors(LIST, first=1, where={"entityId": given})
        (verified,) = await user.errors(
            "query($id: ID!) { verifyEvidence(entityId: $id) { ok } }", id=given
        )

    assert listed["extensions"]["reason"] == verified["extensions"]["reason"] == "INVALID_ID"
    assert listed["extensions"]["field"] == ["where", "entityId"]


@pytest.mark.parametrize("owner", sorted(LISTS))
async def test_a_list_that_would_lack_a_part_is_no_answer(gateway, world, owner):
    def refuse(*_):
        raise Unavailable("Down.", "停机")

    world.answer(LISTS[owner], refuse)
    async with gateway.user("auditor") as user:
        said = await user.post(LIST, first=1)

    assert said.status_code == 503
    assert said.json()["data"] == {"evidence": None}
    assert said.json()["errors"][0]["extensions"]["code"] == "SERVICE_UNAVAILABLE"


async def test_who_may_not_read_evidence_is_told_so_once(gateway, world):
    def refuse(*_):
        raise NotPermitted(Permission.EVIDENCE_READ)

    for kind in LISTS.values():
        world.answer(kind, refuse)
    async with gateway.user("dispatcher") as user:
        (error,) = await user.errors(LIST, first=1)

    assert error["extensions"]["reason"] == "NOT_PERMITTED"
    assert error["extensions"]["caseNumber"] == "C-1"


async def test_a_verdict_says_whether_a_chain_is_intact(gateway, world):
    anchor = AnchorView(owner="orders", number=7, at=NOON, chains=2, root="aa", signature="bb")
    whole = StreamVerdict(
        owner="orders", stream="order:1", entries=4, anchored=3, head="cc", anchor=anchor, faults=()
    )
    fault = EvidenceFault(kind=FaultKind.GAP, stream="order:1", seq=2, detail="2 is missing")
    world.answer(VERIFIES["orders"], (whole,))
    world.answer(VERIFIES["routing"], (changed(whole, owner="routing", faults=(fault,)),))
    text = """query($id: ID!) { verifyEvidence(entityId: $id) { owner stream ok entries anchored head
      anchor { number chains root signature } faults { kind stream seq detail } } }"""
    async with gateway.user("auditor") as user:
        data = await user.ask(text, id=global_id("Order", ORDER_ID))

    said = {
        "owner": "orders",
        "stream": "order:1",
        "ok": True,
        "entries": 4,
        "anchored": 3,
        "head": "cc",
        "anchor": {"number": 7, "chains": 2, "root": "aa", "signature": "bb"},
        "faults": [],
    }
    wrong = {"kind": "GAP", "stream": "order:1", "seq": 2, "detail": "2 is missing"}
    assert data["verifyEvidence"] == [
        said,
        said | {"owner": "routing", "ok": False, "faults": [wrong]},
    ]
