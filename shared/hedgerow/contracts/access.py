"""Owned by services/routing: who has which role where, and who was refused."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

import msgspec

from .message import Command, Event, Query
from .routing import FenceView, PublishFence
from .values import AreaId, Basis, MembershipId, Page, PlantId


class Scope(StrEnum):
    """How far a membership reaches. AREA: every plant of the area, now and later. TENANT: for the
    roles of the whole tenant; of any other role every plant, now and later, but not what has no
    plant yet."""

    TENANT = "TENANT"
    AREA = "AREA"
    PLANT = "PLANT"


class MembershipView(msgspec.Struct, frozen=True, kw_only=True):
    """A role given to a user. Kept for ever; revoked_at ends it.

    subject   the user's id at their issuer
    role      as tokens name it: "plant_manager"
    plant_id  of a PLANT scope; area_id of an AREA scope
    basis     why it was given; revocation is why it was taken
    """

    membership_id: MembershipId
    subject: str
    role: str
    scope: Scope
    plant_id: PlantId | None
    area_id: AreaId | None
    basis: Basis
    granted_by: str
    granted_at: datetime
    revocation: Basis | None
    revoked_by: str
    revoked_at: datetime | None


class MembershipPage(msgspec.Struct, frozen=True, kw_only=True):
    """cursors  one per membership"""

    memberships: tuple[MembershipView, ...]
    cursors: tuple[str, ...]
    has_next: bool
    has_previous: bool
    total: int | None


class MembershipWhere(msgspec.Struct, frozen=True, kw_only=True):
    """All that are given must hold. active  not revoked"""

    subject: str | None = None
    plant_id: PlantId | None = None
    role: str | None = None
    active: bool | None = None


class AccessView(msgspec.Struct, frozen=True, kw_only=True):
    """What a user's memberships come to.

    version       rises whenever any of this changes; 0 for a user who never had a membership
    tenant_roles  roles of the whole tenant
    plant_roles   roles by plant, with those that an area or the tenant gives there
    """

    subject: str
    version: int
    tenant_roles: tuple[str, ...]
    plant_roles: dict[PlantId, tuple[str, ...]]


class ClaimedRole(msgspec.Struct, frozen=True):
    """A role that a user's token brought. plant_id  None for the whole tenant"""

    role: str
    plant_id: PlantId | None


class AccessLink(msgspec.Struct, frozen=True, kw_only=True):
    """One reason why a user holds permissions at a plant.

    membership  None when the role came with the user's token; claimed_at is when it last did
    permissions all that the role stands for, sorted
    """

    role: str
    membership: MembershipView | None
    claimed_at: datetime | None
    permissions: tuple[str, ...]


class AccessExplanation(msgspec.Struct, frozen=True, kw_only=True):
    """Why a user may do what at a plant, or what is missing.

    plant_id  None: over what has no plant yet
    links     what gives the user rights there; empty: nothing does
    ended     memberships that once did and were revoked, newest first, at most ten
    held      permissions that the links come to; missing is every other one
    """

    subject: str
    plant_id: PlantId | None
    version: int
    links: tuple[AccessLink, ...]
    ended: tuple[MembershipView, ...]
    held: tuple[str, ...]
    missing: tuple[str, ...]


class AccessCaseView(msgspec.Struct, frozen=True, kw_only=True):
    """A refusal that somebody was told of, by the number they were told.

    operation   the field of the API: "orderCancel"
    code        PLANT_FORBIDDEN or NOT_PERMITTED
    asked       what was asked for, as the API names things: "Order:<uuid>", "Order.number:HY1"
    plant_id    whose it is; None when there is no such thing or it has no plant
    permission  what was missing; empty when the plant itself is out of sight
    """

    number: str
    subject: str
    operation: str
    code: str
    asked: tuple[str, ...]
    plant_id: PlantId | None
    permission: str
    ip: str
    device: str
    request_id: str
    at: datetime


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A user and the role they get at a plant that is being bound."""

    membership_id: MembershipId
    subject: str
    role: str


class PlantBinding(msgspec.Struct, frozen=True, kw_only=True):
    fence: FenceView
    memberships: tuple[MembershipView, ...]


# Commands


class GrantRole(Command[MembershipView], frozen=True, kw_only=True):
    """Critical. Whoever grants must hold every permission of the role where it is granted."""

    SUBJECT: ClassVar = "hedgerow.cmd.routing.grant_role.v1"
    membership_id: MembershipId
    subject: str
    role: str
    scope: Scope
    plant_id: PlantId | None = None
    area_id: AreaId | None = None
    basis: Basis


class RevokeRole(Command[MembershipView], frozen=True, kw_only=True):
    """Critical. In force at once for what changes anything, within 2 s for what reads."""

    SUBJECT: ClassVar = "hedgerow.cmd.routing.revoke_role.v1"
    membership_id: MembershipId
    basis: Basis


class BindPlant(Command[PlantBinding], frozen=True, kw_only=True):
    """Critical. Draw a fence of a plant and give people their roles there, all or nothing."""

    SUBJECT: ClassVar = "hedgerow.cmd.routing.bind_plant.v1"
    fence: PublishFence
    members: tuple[Member, ...]
    basis: Basis


class ObserveClaims(Command[bool], frozen=True, kw_only=True):
    """What a token brought, so that rights can be explained. From the gateway only."""

    SUBJECT: ClassVar = "hedgerow.cmd.routing.observe_claims.v1"
    subject: str
    roles: tuple[ClaimedRole, ...]


class RecordDenial(Command[AccessCaseView], frozen=True, kw_only=True):
    """Somebody was refused. From the gateway only. See AccessCaseView."""

    SUBJECT: ClassVar = "hedgerow.cmd.routing.record_denial.v1"
    subject: str
    operation: str
    code: str
    asked: tuple[str, ...]
    plant_id: PlantId | None
    permission: str


# Queries


class AccessBySubjects(Query[tuple[AccessView, ...]], frozen=True, kw_only=True):
    """What these users' memberships come to, in the order of `subjects`. For the gateway."""

    SUBJECT: ClassVar = "hedgerow.qry.routing.access_by_subjects.v1"
    subjects: tuple[str, ...]


class ListMemberships(Query[MembershipPage], frozen=True, kw_only=True):
    """Newest first: of plants where the caller may read who has access, and with that right for
    the whole tenant all."""

    SUBJECT: ClassVar = "hedgerow.qry.routing.list_memberships.v1"
    where: MembershipWhere = MembershipWhere()
    page: Page


class ExplainAccess(Query[AccessExplanation], frozen=True, kw_only=True):
    SUBJECT: ClassVar = "hedgerow.qry.routing.explain_access.v1"
    subject: str
    plant_id: PlantId | None


class AccessCaseByNumber(Query[AccessCaseView | None], frozen=True, kw_only=True):
    """None when there is none, or it is about a plant where the caller may not read it."""

    SUBJECT: ClassVar = "hedgerow.qry.routing.access_case_by_number.v1"
    number: str


# Events


class AccessChanged(Event, frozen=True, kw_only=True):
    """A user's rights are others now: whoever acts on rights of an older version is refused.
    Aggregate `access:<tenant>:<subject>`; the event's version is that of the rights.

    membership  what was granted or revoked; None when an area changed
    """

    SUBJECT: ClassVar = "hedgerow.evt.routing.access_changed.v1"
    subject: str
    version: int
    membership: MembershipView | None


class AccessDenied(Event, frozen=True, kw_only=True):
    """Aggregate `case:<number>`."""

    SUBJECT: ClassVar = "hedgerow.evt.routing.access_denied.v1"
    case: AccessCaseView
