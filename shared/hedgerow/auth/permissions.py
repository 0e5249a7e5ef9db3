"""What may be done, and the roles that stand for it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Permission(StrEnum):
    """`<resource>:<action>`, alphabetical."""

    ACCESS_READ = "access:read"
    AREA_SET = "area:set"
    DECISION_READ = "decision:read"
    EVIDENCE_READ = "evidence:read"
    FENCE_PUBLISH = "fence:publish"
    LIMITS_SET = "limits:set"
    LOCATION_CREATE = "location:create"
    ORDER_ADVANCE = "order:advance"
    ORDER_CANCEL = "order:cancel"
    ORDER_READ = "order:read"
    ORDER_SUBMIT = "order:submit"
    PLANT_CREATE = "plant:create"
    PLANT_READ = "plant:read"
    PRESENCE_CONFIRM = "presence:confirm"
    PRESENCE_SET = "presence:set"
    RELEASE_DRAFT = "release:draft"
    RELEASE_PUBLISH = "release:publish"
    RELEASE_READ = "release:read"
    RMA_DECIDE = "rma:decide"
    RMA_INSPECT = "rma:inspect"
    RMA_READ = "rma:read"
    RMA_RECEIVE = "rma:receive"
    RMA_REQUEST = "rma:request"
    ROLE_GRANT = "role:grant"
    RULE_PUBLISH = "rule:publish"
    SAFETY_SET = "safety:set"
    SKU_REGISTER = "sku:register"
    STOCK_ADJUST = "stock:adjust"
    STOCK_READ = "stock:read"
    STOCK_RECEIVE = "stock:receive"
    SUPPLY_RECORD = "supply:record"


class Role(StrEnum):
    """The first three hold for the whole tenant, the others at the plants they are given for.

    customer  sees nothing by this role: it marks people who are nobody's staff
    app       another system that brings in orders, purchases and returns
    """

    TENANT_ADMIN = "tenant_admin"
    AUDITOR = "auditor"
    DISPATCHER = "dispatcher"
    AREA_ADMIN = "area_admin"
    PLANT_MANAGER = "plant_manager"
    SALES = "sales"
    ENGINEER = "engineer"
    PLANNER = "planner"
    PURCHASER = "purchaser"
    WAREHOUSE_LEAD = "warehouse_lead"
    PICKER = "picker"
    QUALITY = "quality"
    FINANCE = "finance"
    SUPPORT = "support"
    CUSTOMER = "customer"
    APP = "app"


TENANT_ROLES = frozenset({Role.TENANT_ADMIN, Role.AUDITOR, Role.DISPATCHER})

_P = Permission
_READ = frozenset({_P.PLANT_READ, _P.ORDER_READ, _P.STOCK_READ, _P.RMA_READ, _P.DECISION_READ})
_PLANT = _READ | {
    _P.EVIDENCE_READ,
    _P.ORDER_SUBMIT,
    _P.ORDER_CANCEL,
    _P.ORDER_ADVANCE,
    _P.PRESENCE_CONFIRM,
    _P.STOCK_RECEIVE,
    _P.STOCK_ADJUST,
    _P.SAFETY_SET,
    _P.SUPPLY_RECORD,
    _P.RMA_REQUEST,
    _P.RMA_DECIDE,
    _P.RMA_RECEIVE,
    _P.RMA_INSPECT,
}
_AREA = _PLANT | {
    _P.ACCESS_READ,
    _P.FENCE_PUBLISH,
    _P.LOCATION_CREATE,
    _P.PRESENCE_SET,
    _P.ROLE_GRANT,
}
_WAREHOUSE = _READ | {_P.STOCK_RECEIVE, _P.STOCK_ADJUST, _P.RMA_RECEIVE, _P.PRESENCE_CONFIRM}
PERMISSIONS: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        Role.TENANT_ADMIN: frozenset(Permission),
        Role.AUDITOR: _READ | {_P.ACCESS_READ, _P.EVIDENCE_READ, _P.RELEASE_READ},
        Role.DISPATCHER: _READ
        | {_P.ORDER_SUBMIT, _P.ORDER_CANCEL, _P.RMA_REQUEST, _P.RELEASE_READ, _P.RELEASE_DRAFT},
        Role.AREA_ADMIN: _AREA,
        Role.PLANT_MANAGER: _PLANT,
        Role.SALES: _READ | {_P.ORDER_SUBMIT, _P.ORDER_CANCEL, _P.RMA_REQUEST},
        Role.ENGINEER: _READ | {_P.ORDER_ADVANCE},
        Role.PLANNER: _READ | {_P.ORDER_ADVANCE},
        Role.PURCHASER: _READ | {_P.SUPPLY_RECORD},
        Role.WAREHOUSE_LEAD: _WAREHOUSE,
        Role.PICKER: frozenset({_P.PLANT_READ, _P.ORDER_READ, _P.STOCK_READ}),
        Role.QUALITY: _READ | {_P.ORDER_ADVANCE, _P.RMA_INSPECT},
        Role.FINANCE: _READ | {_P.EVIDENCE_READ},
        Role.SUPPORT: (_READ - {_P.STOCK_READ}) | {_P.RMA_REQUEST},
        Role.CUSTOMER: frozenset(),
        Role.APP: _READ | {_P.ORDER_SUBMIT, _P.SUPPLY_RECORD, _P.RMA_REQUEST},
    }
)
