"""What a user may do: the roles of their token and their memberships, together."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Any

from hedgerow.auth import PERMISSIONS, TENANT_ROLES, Caller, Permission, Role
from hedgerow.bus import Bus
from hedgerow.contracts.access import AccessView, ClaimedRole
from hedgerow.contracts.values import PlantId
from hedgerow.telemetry import Metric, counter

from hedgerow_gateway.claims import Claimed
from hedgerow_gateway.claims_watch import ClaimsWatch
from hedgerow_gateway.directory import Directory
from hedgerow_gateway.memberships import Memberships
from hedgerow_gateway.verified import Verified

log = logging.getLogger("hedgerow.login")

MOST_KEPT = 10_000

_ROLES: Mapping[str, Role] = {role.value: role for role in Role}


class Rights:
    """Begin with `start`."""

    def __init__(self, bus: Bus) -> None:
        self._directory = Directory(bus)
        self._memberships = Memberships(bus)
        self._watch = ClaimsWatch(bus)
        self._callers: OrderedDict[tuple[Any, ...], Caller] = OrderedDict()
        self._unknown = counter(Metric.UNKNOWN_ROLES)

    async def start(self) -> None:
        await self._memberships.start()

    async def stop(self) -> None:
        await self._memberships.stop()
        await self._watch.stop()

    async def of(self, user: Verified, *, since: float | None = None) -> Caller:
        """The same object as long as nothing changes: the bus sends it once for many requests.

        since  see Memberships.of

        Raises Unavailable.
        """
        codes = frozenset(each.code for each in user.claimed if each.code)
        plants = await self._directory.plants(user.tenant_id, codes) if codes else {}
        view = await self._memberships.of(user.tenant_id, user.subject, since=since)
        known = tuple(sorted((code, plants[code]) for code in codes if code in plants))
        mark = (user.subject, user.tenant_id, user.claimed, user.unknown, known, view.version)
        caller = self._callers.get(mark)
        if caller is None:
            caller = self._callers[mark] = self._build(user, plants, view)
            while len(self._callers) > MOST_KEPT:
                self._callers.popitem(last=False)
        self._watch.saw(user.tenant_id, user.subject, _observed(user.claimed, plants))
        return caller

    def _build(self, user: Verified, plants: Mapping[str, PlantId], view: AccessView) -> Caller:
        everywhere: set[Permission] = set()
        somewhere: dict[PlantId, frozenset[Permission]] = {}
        unknown = user.unknown
        for each in user.claimed:
            if not each.code:
                everywhere |= PERMISSIONS[each.role]
            elif (plant := plants.get(each.code)) is None:
                unknown += 1
            else:
                somewhere[plant] = somewhere.get(plant, frozenset()) | PERMISSIONS[each.role]
        everywhere |= _permissions(view.tenant_roles, TENANT_ROLES)
        for plant, roles in view.plant_roles.items():
            held = _permissions(roles, frozenset(Role) - TENANT_ROLES)
            somewhere[plant] = somewhere.get(plant, frozenset()) | held
        if unknown:
            self._unknown.add(unknown)
            log.info("groups without effect", extra={"subject": user.subject, "count": unknown})
        return Caller(
            subject=user.subject,
            tenant_id=user.tenant_id,
            tenant_grants=frozenset(everywhere),
            plant_grants=somewhere,
            permission_version=view.version,
        )


def _permissions(names: Iterable[str], allowed: frozenset[Role]) -> frozenset[Permission]:
    """What these roles stand for; one that this gateway does not know, or that may not be held
    there, gives nothing."""
    roles = [_ROLES[name] for name in names if name in _ROLES]
    return frozenset().union(*(PERMISSIONS[role] for role in roles if role in allowed))


def _observed(claimed: Iterable[Claimed], plants: Mapping[str, PlantId]) -> tuple[ClaimedRole, ...]:
    return tuple(
        ClaimedRole(each.role.value, plants[each.code] if each.code else None)
        for each in claimed
        if not each.code or each.code in plants
    )
