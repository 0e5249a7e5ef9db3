"""What may be done, and the roles that stand for it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Permission(StrEnum):
    """`<resource>:<action>`, alphabetical."""

    DECISION_READ = "decision:read"
    FENCE_PUBLISH = "fence:publish"
    LIMITS_SET = "limits:set"
    LOCATION_CREATE = "location:create"
    ORDER_ADVANCE = "order:advance"
    ORDER_CANCEL = "order:cancel"
    ORDER_READ = "order:read"
    ORDER_SUBMIT = "order:submit"
    PLANT_CREATE = "plant:create"
    PLANT_READ = "plant:read"
    RMA_DECIDE = "rma:decide"
    RMA_INSPECT = "rma:inspect"
    RMA_READ = "rma:read"
    RMA_RECEIVE = "rma:receive"
    RMA_REQUEST = "rma:request"
    RULE_PUBLISH = "rule:publish"
    SAFETY_SET = "safety:set"
    SKU_REGISTER = "sku:register"
    STOCK_ADJUST = "stock:adjust"
    STOCK_READ = "stock:read"
    STOCK_RECEIVE = "stock:receive"
    SUPPLY_RECORD = "supply:record"


class Role(StrEnum):
    """The first three hold for the whole tenant, the others at the plants they are given for."""

    TENANT_ADMIN = "tenant_admin"
    AUDITOR = "auditor"
    DISPATCHER = "dispatcher"
    AREA_ADMIN = "area_admin"
    PLANT_MANAGER = "plant_manager"
    SALES = "sales"
    PLANNER = "planner"
    PURCHASER = "purchaser"
    WAREHOUSE_LEAD = "warehouse_lead"
    QUALITY = "quality"
    SUPPORT = "support"


TENANT_ROLES = frozenset({Role.TENANT_ADMIN, Role.AUDITOR, Role.DISPATCHER})

_P = Permission
_READ = frozenset({_P.PLANT_READ, _P.ORDER_READ, _P.STOCK_READ, _P.RMA_READ, _P.DECISION_READ})
_PLANT = _READ | {
    _P.ORDER_SUBMIT,
    _P.ORDER_CANCEL,
    _P.ORDER_ADVANCE,
    _P.STOCK_RECEIVE,
    _P.STOCK_ADJUST,
    _P.SAFETY_SET,
    _P.SUPPLY_RECORD,
    _P.RMA_REQUEST,
    _P.RMA_DECIDE,
    _P.RMA_RECEIVE,
    _P.RMA_INSPECT,
}
PERMISSIONS: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        Role.TENANT_ADMIN: frozenset(Permission),
        Role.AUDITOR: _READ,
        Role.DISPATCHER: _READ | {_P.ORDER_SUBMIT, _P.ORDER_CANCEL, _P.RMA_REQUEST},
        Role.AREA_ADMIN: _PLANT | {_P.FENCE_PUBLISH, _P.LOCATION_CREATE},
        Role.PLANT_MANAGER: _PLANT,
        Role.SALES: _READ | {_P.ORDER_SUBMIT, _P.ORDER_CANCEL, _P.RMA_REQUEST},
        Role.PLANNER: _READ | {_P.ORDER_ADVANCE},
        Role.PURCHASER: _READ | {_P.SUPPLY_RECORD},
        Role.WAREHOUSE_LEAD: _READ | {_P.STOCK_RECEIVE, _P.STOCK_ADJUST, _P.RMA_RECEIVE},
        Role.QUALITY: _READ | {_P.ORDER_ADVANCE, _P.RMA_INSPECT},
        Role.SUPPORT: (_READ - {_P.STOCK_READ}) | {_P.RMA_REQUEST},
    }
)
