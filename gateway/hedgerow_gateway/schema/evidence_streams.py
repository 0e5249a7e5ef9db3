"""Whose evidence is asked for: from the id of a thing to the chains that tell of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from hedgerow.contracts.values import OrderId, TenantId

from hedgerow_gateway.schema.ids import BadId, split_id

ALL = ("orders", "inventory", "routing", "rma")


@dataclass(frozen=True, slots=True)
class Chains:
    """owners  the services that keep them
    order_id  all that is kept of this order; else `streams` are meant
    """

    owners: tuple[str, ...] = ALL
    streams: tuple[str, ...] = ()
    order_id: OrderId | None = None


def chains_of(given: str, tenant_id: TenantId, *, field: str) -> Chains:
    """Raises BadId for what has no evidence of its own."""
    kind, key = split_id(given, field=field)
    make = _CHAINS.get(kind)
    if make is None:
        raise BadId("", field=field)
    try:
        return make(key, tenant_id)
    except ValueError as wrong:
        raise BadId(kind, field=field) from wrong


def _order(key: str, _: TenantId) -> Chains:
    return Chains(order_id=OrderId(UUID(key)))


def _rma(key: str, _: TenantId) -> Chains:
    return Chains(("rma", "inventory"), (f"rma:{UUID(key)}", f"return:{UUID(key)}"))


def _of_routing(*prefixes: str) -> Callable[[str, TenantId], Chains]:
    def make(key: str, _: TenantId) -> Chains:
        return Chains(("routing",), tuple(f"{prefix}:{UUID(key)}" for prefix in prefixes))

    return make


def _membership(key: str, tenant_id: TenantId) -> Chains:
    """All changes of its user's rights are one chain."""
    number, _colon, subject = key.partition(":")
    UUID(number)
    return Chains(("routing",), (f"access:{tenant_id}:{subject}",))


def _sku(key: str, tenant_id: TenantId) -> Chains:
    return Chains(("inventory",), (f"sku:{tenant_id}:{key}",))


def _stock(key: str, _: TenantId) -> Chains:
    location, _colon, sku = key.partition(":")
    return Chains(("inventory",), (f"stock:{UUID(location)}:{sku}",))


_CHAINS: Mapping[str, Callable[[str, TenantId], Chains]] = {
    "Order": _order,
    "Rma": _rma,
    "RoutingDecision": _of_routing("decision"),
    "Plant": _of_routing("plant", "presence_policy"),
    "Location": _of_routing("location"),
    "Area": _of_routing("area"),
    "Release": _of_routing("release"),
    "Simulation": _of_routing("simulation"),
    "Membership": _membership,
    "Sku": _sku,
    "InventoryLevel": _stock,
}
