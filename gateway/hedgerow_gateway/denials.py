"""Every refusal for want of a right gets a case number, before the user is told of it.

For what is foreign and for what is not there the same steps are taken, so that neither the answer
nor the number of requests behind it tells one from the other.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from graphql import GraphQLError
from hedgerow.auth import NotPermitted, Permission
from hedgerow.contracts.access import ListMemberships, MembershipWhere, RecordDenial
from hedgerow.contracts.message import Query
from hedgerow.contracts.orders import OrderByNumber, OrdersByIds
from hedgerow.contracts.rma import RmasByIds
from hedgerow.contracts.routing import DecisionsByIds, ListPlants, LocationsByIds, PlantsByIds
from hedgerow.contracts.values import Page, PlantId, new_id
from hedgerow.errors import PlantForbidden, Refused
from hedgerow.telemetry import Metric, counter

from hedgerow_gateway.asked import Named, names_in

if TYPE_CHECKING:
    from hedgerow_gateway.context import Context

log = logging.getLogger("hedgerow.gateway")

RECORD_S = 1.5
CODES = frozenset({PlantForbidden.code, NotPermitted.code})
_PERMISSIONS = frozenset(Permission)


class Denials:
    def __init__(self) -> None:
        self._lost = counter(Metric.CASES_LOST)

    async def note_all(self, errors: Iterable[Exception] | None, context: Context) -> None:
        """For the errors of an operation. The refusals behind them get their numbers."""
        waiting: dict[int, tuple[str, Refused]] = {}
        for error in errors or ():
            path = error.path if isinstance(error, GraphQLError) else None
            cause = error.original_error if isinstance(error, GraphQLError) else error
            if isinstance(cause, Refused) and cause.code in CODES and not cause.case:
                waiting.setdefault(id(cause), (str(path[0]) if path else "", cause))
        for root, refused in _alike(waiting.values()):
            await self.note(root, refused[0], context)
            for each in refused[1:]:
                each.case = refused[0].case

    async def note(self, root: str, refused: Refused, context: Context) -> None:
        """Give `refused` its case number; when that fails it stays without.

        root  the operation's field, by its name in the answer
        """
        if refused.code not in CODES or refused.case:
            return
        field, arguments = context.roots.get(root, (root, {}))
        asked = names_in(field, arguments)
        plant_id: PlantId | None = None
        try:
            async with asyncio.timeout(RECORD_S):
                plant_id = await _plant_of(asked, refused.missing, context)
                case = await context.ask_as_gateway(
                    RecordDenial(
                        subject=context.caller.subject,
                        operation=field,
                        code=refused.code,
                        asked=tuple(map(str, asked)),
                        plant_id=plant_id,
                        permission=refused.missing,
                    ),
                    key=new_id().hex,
                    within_s=RECORD_S,
                )
            refused.case = case.number
        except Exception as lost:  # the refusal must be told, whatever goes wrong here
            self._lost.add(1)
            log.exception(
                "a denial has no case",
                extra={
                    "why": getattr(lost, "detail", "") or repr(lost),
                    "subject": context.caller.subject,
                    "tenant": str(context.caller.tenant_id),
                    "operation": field,
                    "code": refused.code,
                    "asked": list(map(str, asked)),
                    "plant": str(plant_id or ""),
                    "permission": refused.missing,
                    "ip": context.origin.ip,
                    "device": context.origin.device,
                    "request": context.request_id,
                },
            )


def _alike(
    waiting: Iterable[tuple[str, Refused]],
) -> list[tuple[str, list[Refused]]]:
    """One case for all that one field of the operation was refused in the same words."""
    found: dict[tuple[str, str, str], list[Refused]] = {}
    for root, refused in waiting:
        found.setdefault((root, refused.code, refused.en), []).append(refused)
    return [(root, refused) for (root, _, _), refused in found.items()]


async def _plant_of(asked: Sequence[Named], missing: str, context: Context) -> PlantId | None:
    """Whose the thing is that the caller may not have: of several, the first one at whose plant
    they lack the right."""
    found = await asyncio.gather(*(_look(each, context) for each in asked if each.kind in _LOOKS))
    wanted = Permission(missing) if missing in _PERMISSIONS else Permission.PLANT_READ
    plants = [plant for plant in found if plant is not None]
    lacking = [plant for plant in plants if not context.caller.holds(wanted, plant)]
    return next(iter(lacking), None)


async def _look(named: Named, context: Context) -> PlantId | None:
    query, plant_of = _LOOKS[named.kind]
    try:
        message = query(named.key)
    except ValueError:
        return None
    return plant_of(await context.ask_as_gateway(message, within_s=RECORD_S), named.key)


def _first(answer: Sequence[Any], _: str) -> PlantId | None:
    return None if answer[0] is None else answer[0].plant_id


_Look = tuple[Callable[[str], Query[Any]], Callable[[Any, str], PlantId | None]]
_LOOKS: Mapping[str, _Look] = {
    "Order": (lambda key: OrdersByIds(ids=(_id(key),)), _first),
    "Order.number": (
        lambda key: OrderByNumber(number=key),
        lambda order, _: None if order is None else order.plant_id,
    ),
    "Rma": (lambda key: RmasByIds(ids=(_id(key),)), _first),
    "RoutingDecision": (
        lambda key: DecisionsByIds(ids=(_id(key),)),
        lambda found, _: None if found[0] is None else found[0].assignment.plant_id,
    ),
    "Plant": (lambda key: PlantsByIds(ids=(_id(key),)), _first),
    "Plant.code": (
        lambda _: ListPlants(),
        lambda plants, key: next((each.plant_id for each in plants if each.code == key), None),
    ),
    "Location": (lambda key: LocationsByIds(ids=(_id(key),)), _first),
    "InventoryLevel": (lambda key: LocationsByIds(ids=(_id(key.partition(":")[0]),)), _first),
    "Membership": (
        lambda key: ListMemberships(
            where=MembershipWhere(subject=key.partition(":")[2]), page=Page(first=100)
        ),
        lambda page, key: next(
            (
                each.plant_id
                for each in page.memberships
                if str(each.membership_id) == key.partition(":")[0]
            ),
            None,
        ),
    ),
}


def _id(key: str) -> Any:
    """Raises ValueError."""
    return UUID(key)
