"""Owned by services/routing: what has to be done at the plant itself, and who was there."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

import msgspec

from .message import Command, Event, Query
from .values import AttestationId, Basis, GeoPoint, LonLat, PlantId, PresenceVerdict


class PresenceAct(StrEnum):
    """What a plant may demand to be done at the plant itself."""

    STOCK_RECEIVE = "STOCK_RECEIVE"
    STOCK_ADJUST = "STOCK_ADJUST"
    ORDER_LOCK_KIT = "ORDER_LOCK_KIT"
    ORDER_DISPATCH = "ORDER_DISPATCH"
    ORDER_RELEASE_QUALITY = "ORDER_RELEASE_QUALITY"
    ORDER_SIGN = "ORDER_SIGN"
    RETURN_RECEIVE = "RETURN_RECEIVE"
    RETURN_INSPECT = "RETURN_INSPECT"


class PresencePolicyView(msgspec.Struct, frozen=True, kw_only=True):
    """Which acts need presence at a plant. version 0, and no acts: nothing was published yet."""

    plant_id: PlantId
    version: int
    acts: tuple[PresenceAct, ...]
    active_from: datetime | None


class PositionFix(msgspec.Struct, frozen=True, kw_only=True):
    """Where a device says it is. accuracy_m  radius of its uncertainty, metres, 0 to 10 000

    at     when it was taken; at most 60 s ago
    nonce  made by the device for this fix alone, 16 to 64 characters; good once
    """

    point: GeoPoint
    accuracy_m: float
    at: datetime
    nonce: str


class AttestationView(msgspec.Struct, frozen=True, kw_only=True):
    """What came of looking at a position.

    number      for people: PC20260329-0001
    wgs84       the position converted
    distance_m  from the nearest edge of a presence fence, negative inside; None without a fence
    """

    attestation_id: AttestationId
    number: str
    plant_id: PlantId
    subject: str
    act: PresenceAct
    verdict: PresenceVerdict
    fix: PositionFix
    wgs84: LonLat
    distance_m: float | None
    attested_at: datetime
    confirmed_by: str
    confirmed_at: datetime | None
    used_at: datetime | None


# Commands


class PublishPresencePolicy(Command[PresencePolicyView], frozen=True, kw_only=True):
    """In force from this instant on."""

    SUBJECT: ClassVar = "hedgerow.cmd.routing.publish_presence_policy.v1"
    plant_id: PlantId
    acts: tuple[PresenceAct, ...]


class AttestPresence(Command[AttestationView], frozen=True, kw_only=True):
    """Look at the caller's position before they act. A nonce is good once.

    confirmation  number of an earlier attestation that a second person has confirmed: it is used
                  up, and answered as CONFIRMED
    """

    SUBJECT: ClassVar = "hedgerow.cmd.routing.attest_presence.v1"
    attestation_id: AttestationId
    plant_id: PlantId
    act: PresenceAct
    fix: PositionFix
    confirmation: str = ""


class ConfirmPresence(Command[AttestationView], frozen=True, kw_only=True):
    """Critical. A second person vouches for an UNCERTAIN position, within 10 minutes."""

    SUBJECT: ClassVar = "hedgerow.cmd.routing.confirm_presence.v1"
    number: str
    basis: Basis


# Queries


class CheckPresence(Query[PresenceVerdict], frozen=True, kw_only=True):
    """Is the point inside one of the plant's PRESENCE fences? The edge counts as inside. OUTSIDE
    where the plant has none. accuracy_m  as in PositionFix"""

    SUBJECT: ClassVar = "hedgerow.qry.routing.check_presence.v1"
    plant_id: PlantId
    point: GeoPoint
    accuracy_m: float = 0.0


class PresencePolicies(Query[tuple[PresencePolicyView | None, ...]], frozen=True, kw_only=True):
    """Those in force; answers in the order of `plant_ids`, None for a plant out of sight."""

    SUBJECT: ClassVar = "hedgerow.qry.routing.presence_policies.v1"
    plant_ids: tuple[PlantId, ...]


# Events


class PresencePolicyPublished(Event, frozen=True, kw_only=True):
    """Aggregate `presence_policy:<plant>`; the event's version is the policy's."""

    SUBJECT: ClassVar = "hedgerow.evt.routing.presence_policy_published.v1"
    policy: PresencePolicyView
