"""Who may do what, and how a service knows who is asking."""

from pathlib import Path

import pytest
from hedgerow.auth import (
    PERMISSIONS,
    TENANT_ROLES,
    NotAuthentic,
    NotPermitted,
    Permission,
    PlantGrant,
    Reach,
    Role,
    Verifier,
    WrongGrant,
)
from hedgerow.contracts.values import PlantId, TenantId, new_id
from hedgerow.errors import PlantForbidden
from sample_world import key_pair
from worlds import caller

NORTH, SOUTH = PlantId(new_id()), PlantId(new_id())
FOREIGN_WORDS = "您无权访问该区域订单，请联系区域管理员"


def test_a_grant_names_the_plant_and_the_permission() -> None:
    manager = caller(plants={NORTH: Role.PLANT_MANAGER})

    assert manager.grant(NORTH, Permission.STOCK_RECEIVE) == PlantGrant(
        NORTH, Permission.STOCK_RECEIVE
    )


@pytest.mark.parametrize("plant", [SOUTH, PlantId(new_id()), None])
def test_a_foreign_plant_and_one_that_does_not_exist_get_the_same_words(
    plant: PlantId | None,
) -> None:
    manager = caller(plants={NORTH: Role.PLANT_MANAGER})

    with pytest.raises(PlantForbidden) as refusal:
        manager.grant(plant, Permission.ORDER_READ)

    assert (refusal.value.code, refusal.value.zh) == ("PLANT_FORBIDDEN", FOREIGN_WORDS)


def test_who_sees_the_plant_and_lacks_the_right_is_told_which() -> None:
    sales = caller(plants={NORTH: Role.SALES})

    with pytest.raises(NotPermitted, match="stock:receive"):
        sales.grant(NORTH, Permission.STOCK_RECEIVE)


def test_tenant_wide_rights_hold_at_every_plant() -> None:
    dispatcher = caller(tenant=Role.DISPATCHER)

    assert dispatcher.grant(SOUTH, Permission.ORDER_CANCEL).plant_id == SOUTH


def test_a_grant_carries_its_permission_at_its_plant_only() -> None:
    grant = caller(plants={NORTH: Role.SALES}).grant(NORTH, Permission.ORDER_CANCEL)

    grant.must_carry(Permission.ORDER_ADVANCE, Permission.ORDER_CANCEL, at=NORTH)
    with pytest.raises(WrongGrant, match="order:advance"):
        grant.must_carry(Permission.ORDER_ADVANCE, at=NORTH)
    for elsewhere in (SOUTH, None):
        with pytest.raises(WrongGrant):
            grant.must_carry(Permission.ORDER_CANCEL, at=elsewhere)


def test_a_grant_of_the_whole_tenant_carries_everywhere_and_one_of_somewhere_nowhere() -> None:
    submit = Permission.ORDER_SUBMIT
    whole = caller(tenant=Role.DISPATCHER)
    part = caller(plants={NORTH: Role.SALES})

    for grant in (whole.grant_tenant(submit), whole.grant_somewhere(submit)):
        grant.must_carry(submit, at=None)
        grant.must_carry(submit, at=NORTH)
        grant.must_carry_everywhere(submit)
    somewhere = part.grant_somewhere(submit)
    somewhere.must_carry(submit, at=None)
    with pytest.raises(WrongGrant):
        somewhere.must_carry(submit, at=NORTH)
    with pytest.raises(WrongGrant):
        somewhere.must_carry(Permission.ORDER_CANCEL, at=None)


def test_what_is_the_whole_tenants_takes_a_grant_that_holds_everywhere() -> None:
    submit = Permission.ORDER_SUBMIT
    part = caller(plants={NORTH: Role.SALES})

    for grant in (
        part.grant_somewhere(submit),
        part.grant(NORTH, submit),
        caller(tenant=Role.TENANT_ADMIN).grant_tenant(Permission.ORDER_CANCEL),
    ):
        with pytest.raises(WrongGrant, match="everywhere"):
            grant.must_carry_everywhere(submit)


def test_the_reach_of_plant_staff_is_their_plants() -> None:
    tenant = TenantId(new_id())
    both = caller(tenant, plants={SOUTH: Role.SALES, NORTH: Role.QUALITY})

    assert both.reach() == Reach(tenant, False, tuple(sorted((NORTH, SOUTH))))
    assert caller(tenant, tenant=Role.AUDITOR).reach() == Reach(tenant, True, ())
    assert caller(tenant).reach() == Reach(tenant, False, ())


def test_a_permission_without_plant_read_gives_no_sight() -> None:
    odd = caller(plants={NORTH: frozenset({Permission.ORDER_READ})})

    assert odd.reach().plants == ()
    with pytest.raises(PlantForbidden):
        odd.grant(NORTH, Permission.ORDER_READ)


def test_every_role_has_permissions_and_auditors_change_nothing() -> None:
    assert set(PERMISSIONS) == set(Role)
    assert all(permission.endswith(":read") for permission in PERMISSIONS[Role.AUDITOR])
    assert TENANT_ROLES == {Role.TENANT_ADMIN, Role.AUDITOR, Role.DISPATCHER}


def test_what_was_signed_is_accepted_and_twice_too(tmp_path: Path) -> None:
    signer, public = key_pair(tmp_path)
    verifier = Verifier.from_pem(public.read_bytes(), "orders")
    header = signer.sign("orders", b"body", at_s=1000.0)

    verifier.verify(header, b"body", now_s=1001.0)
    verifier.verify(header, b"body", now_s=1029.0)


@pytest.mark.parametrize(
    ("audience", "body", "now_s"),
    [
        ("inventory", b"body", 1001.0),
        ("orders", b"bodY", 1001.0),
        ("orders", b"body", 1031.0),
        ("orders", b"body", 990.0),
    ],
    ids=["another service", "another body", "too old", "from the future"],
)
def test_what_was_not_signed_for_this_is_refused(
    tmp_path: Path, audience: str, body: bytes, now_s: float
) -> None:
    signer, public = key_pair(tmp_path)
    header = signer.sign("orders", b"body", at_s=1000.0)

    with pytest.raises(NotAuthentic):
        Verifier.from_pem(public.read_bytes(), audience).verify(header, body, now_s)


@pytest.mark.parametrize("header", [None, "", "x", "1000000.", "1000000.****", "-5.aaaa", "9" * 40])
def test_a_missing_or_broken_header_is_refused(tmp_path: Path, header: str | None) -> None:
    _, public = key_pair(tmp_path)

    with pytest.raises(NotAuthentic):
        Verifier.from_pem(public.read_bytes(), "orders").verify(header, b"body", now_s=1001.0)


def test_another_key_is_refused(tmp_path: Path) -> None:
    signer, _ = key_pair(tmp_path)
    (tmp_path / "other").mkdir()
    _, other = key_pair(tmp_path / "other")

    with pytest.raises(NotAuthentic, match="authenticated"):
        Verifier.from_pem(other.read_bytes(), "orders").verify(
            signer.sign("orders", b"body", at_s=1000.0), b"body", now_s=1000.0
        )
