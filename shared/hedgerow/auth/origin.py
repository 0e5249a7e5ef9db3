"""Where a request came from, and where its sender was: for evidence, never for rights."""

from __future__ import annotations

from datetime import datetime

import msgspec

from hedgerow.contracts.values import PlantId, PresenceVerdict

SERVICE_PREFIX = "service:"  # subjects of our own services; no token may claim one


class Origin(msgspec.Struct, frozen=True):
    """As the gateway saw it.

    ip      of the client, behind proxies that are trusted
    device  what the client says of itself: its user agent, and an id if it sends one
    """

    request_id: str = ""
    ip: str = ""
    device: str = ""


NOWHERE = Origin()


class Presence(msgspec.Struct, frozen=True, kw_only=True):
    """What routing attested of a caller's position, for one act at one plant.

    number        of the attestation, for people: PC20260329-0001
    lon, lat      WGS-84, degrees
    accuracy_m    radius of the uncertainty, metres
    at            when the position was taken, by the device's clock
    confirmed_by  who vouched for an UNCERTAIN one; empty otherwise
    """

    number: str
    plant_id: PlantId
    act: str
    verdict: PresenceVerdict
    lon: float
    lat: float
    accuracy_m: float
    at: datetime
    attested_at: datetime
    confirmed_by: str = ""
