"""A call of a store method that is fine but for its grant."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hedgerow.auth import Grant, Permission, PlantGrant, TenantGrant
from hedgerow.contracts.values import PlantId, TenantId, new_id
from hedgerow.transaction import Transaction

ELSEWHERE = PlantId(new_id())


@dataclass(frozen=True, slots=True)
class Write:
    """call        sends it with a grant
    needs       the permissions of which the method takes any
    at          whose data it is; None for what has no plant
    everywhere  it is the whole tenant's, or of whichever plants
    """

    call: Callable[[Any], Awaitable[Any]]
    needs: tuple[Permission, ...]
    at: PlantId | None = None
    everywhere: bool = False

    def right_grants(self, tenant_id: TenantId) -> list[Grant]:
        found: list[Grant] = []
        for need in self.needs:
            found.append(TenantGrant(tenant_id, need, everywhere=True))
            if self.at is not None and not self.everywhere:
                found.append(PlantGrant(self.at, need))
            if self.at is None and not self.everywhere:
                found.append(TenantGrant(tenant_id, need, everywhere=False))
        return found

    def wrong_grants(self, tenant_id: TenantId) -> list[Grant]:
        """Each of every other permission; the right permission at another plant, and at some
        plant that is not named."""
        here = self.at or ELSEWHERE
        found: list[Grant] = []
        for other in set(Permission) - set(self.needs):
            found += [TenantGrant(tenant_id, other, everywhere=True), PlantGrant(here, other)]
        for need in self.needs:
            found.append(PlantGrant(ELSEWHERE, need))
            if self.at is not None or self.everywhere:
                found.append(TenantGrant(tenant_id, need, everywhere=False))
            if self.everywhere:
                found.append(PlantGrant(here, need))
        return found


Prepare = Callable[[Transaction], Awaitable[Write]]


@dataclass(slots=True)
class Writes:
    """The calls of one service, by class and method."""

    service: str
    known: dict[str, Prepare] = field(default_factory=dict)

    def of(self, method: str) -> Callable[[Prepare], Prepare]:
        """Declare how to call `Store.method`; once each."""

        def keep(prepare: Prepare) -> Prepare:
            name = f"{self.service}.{method}"
            assert name not in self.known, name
            self.known[name] = prepare
            return prepare

        return keep


def together(*services: Writes) -> Mapping[str, Prepare]:
    return {name: prepare for each in services for name, prepare in each.known.items()}
