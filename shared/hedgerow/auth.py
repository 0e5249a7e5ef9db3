"""Who is calling, what they may do at which plant, and how a service knows it is true.

The gateway alone knows the user. It states the caller of every request and signs the message
that carries it with Ed25519: the signature covers the audience, the time and every byte of the
body, so a message can neither be changed nor handed to another service, and it is void after
30 seconds.
"""

from __future__ import annotations

import base64
import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from hedgerow.contracts.values import PlantId, TenantId
from hedgerow.errors import Denied, PlantForbidden

MAX_AGE_S = 30
CLOCK_SKEW_S = 5
CACHED_SIGNATURES = 4096


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


class NotPermitted(Denied):
    code = "NOT_PERMITTED"

    def __init__(self, permission: Permission, *, detail: str = "") -> None:
        super().__init__(
            f"You need the permission {permission} for this.",
            f"此操作需要权限 {permission}",
            detail=detail,
        )


class NotAuthentic(Denied):
    """The message does not come from the gateway, is for another service, or is too old."""

    code = "NOT_AUTHENTIC"

    def __init__(self, detail: str) -> None:
        super().__init__(
            "The request could not be authenticated.", "请求无法通过身份验证", detail=detail
        )


class WrongGrant(RuntimeError):
    """A handler asked for one right and uses another: a bug, never the caller's fault."""


@dataclass(frozen=True, slots=True)
class PlantGrant:
    """Proof that a caller holds `permission` at `plant_id`.

    Only `Caller.grant` makes one. A store method that changes a plant's data takes one, so the
    check cannot be forgotten: without it there is nothing to pass.
    """

    plant_id: PlantId
    permission: Permission

    def must_carry(self, *permissions: Permission, at: PlantId | None) -> None:
        """The last check before a write. Raises WrongGrant unless it is for one of `permissions`,
        and the write is to the data of its plant."""
        if self.permission not in permissions or at != self.plant_id:
            raise WrongGrant(f"{self} does not cover {', '.join(permissions)} at plant {at}")


@dataclass(frozen=True, slots=True)
class TenantGrant:
    """Proof that a caller holds `permission` for the whole tenant, or for what has no plant yet.

    Only `Caller.grant_tenant` and `Caller.grant_somewhere` make one.

    everywhere  for the whole tenant, so also at each of its plants
    """

    tenant_id: TenantId
    permission: Permission
    everywhere: bool

    def must_carry(self, *permissions: Permission, at: PlantId | None = None) -> None:
        """The last check before a write. Raises WrongGrant unless it is for one of `permissions`,
        and the write is to what has no plant, or it holds everywhere."""
        if self.permission not in permissions or not (at is None or self.everywhere):
            raise WrongGrant(f"{self} does not cover {', '.join(permissions)} at plant {at}")


Grant = PlantGrant | TenantGrant


@dataclass(frozen=True, slots=True)
class Reach:
    """What row security lets a transaction see: one tenant, and all or some of its plants."""

    tenant_id: TenantId
    everywhere: bool
    plants: tuple[PlantId, ...]


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """The person or service behind a message.

    subject             the user's id at their issuer, or `service:<name>`
    tenant_grants       permissions that hold at every plant and for what has no plant
    plant_grants        further permissions, by plant
    permission_version  of the memberships these grants were read from; a higher one is newer
    """

    subject: str
    tenant_id: TenantId
    tenant_grants: frozenset[Permission] = frozenset()
    plant_grants: dict[PlantId, frozenset[Permission]] = {}
    permission_version: int = 0

    @classmethod
    def service(cls, name: str, tenant_id: TenantId) -> Caller:
        """A service acting on an event: all permissions, in the event's tenant only."""
        return cls(
            subject=f"service:{name}",
            tenant_id=tenant_id,
            tenant_grants=frozenset(Permission),
        )

    def holds(self, permission: Permission, plant_id: PlantId | None) -> bool:
        """At `plant_id`; for None: in the whole tenant."""
        if permission in self.tenant_grants:
            return True
        return plant_id is not None and permission in self.plant_grants.get(plant_id, frozenset())

    def grant(
        self, plant_id: PlantId | None, permission: Permission, *, field: str = ""
    ) -> PlantGrant:
        """Raises PlantForbidden when the caller cannot even see the plant, NotPermitted when they
        see it and lack the right. A `plant_id` of None is what has no plant yet: it is visible to
        those with tenant-wide rights only, and grants over it are asked of `grant_tenant`."""
        who = f"{self.subject} at plant {plant_id}"
        if plant_id is None or not self.holds(Permission.PLANT_READ, plant_id):
            raise PlantForbidden(field=field, detail=who)
        if not self.holds(permission, plant_id):
            raise NotPermitted(permission, detail=who)
        return PlantGrant(plant_id, permission)

    def grant_tenant(self, permission: Permission) -> TenantGrant:
        """Raises NotPermitted unless held for the whole tenant."""
        if permission not in self.tenant_grants:
            raise NotPermitted(permission, detail=f"{self.subject}, tenant-wide")
        return TenantGrant(self.tenant_id, permission, everywhere=True)

    def grant_somewhere(self, permission: Permission) -> TenantGrant:
        """For what belongs to no plant yet, such as a new order. Raises NotPermitted unless held
        at one plant at least."""
        everywhere = permission in self.tenant_grants
        if not everywhere and not any(permission in held for held in self.plant_grants.values()):
            raise NotPermitted(permission, detail=f"{self.subject}, anywhere")
        return TenantGrant(self.tenant_id, permission, everywhere)

    def reach(self) -> Reach:
        everywhere = Permission.PLANT_READ in self.tenant_grants
        visible = sorted(
            plant for plant, held in self.plant_grants.items() if Permission.PLANT_READ in held
        )
        return Reach(self.tenant_id, everywhere, () if everywhere else tuple(visible))


class Signer:
    """Signs messages to a service. Held by the gateway."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    @classmethod
    def from_pem(cls, pem: bytes) -> Signer:
        """Raises ValueError unless `pem` holds an unencrypted Ed25519 private key."""
        key = load_pem_private_key(pem, password=None)
        if not isinstance(key, Ed25519PrivateKey):
            raise ValueError("an Ed25519 private key in PEM form is needed")
        return cls(key)

    def sign(self, audience: str, body: bytes, at_s: float) -> str:
        """The value of the authentication header: `<unix ms>.<base64 signature>`."""
        at_ms = int(at_s * 1000)
        signature = self._key.sign(_signed_bytes(audience, body, at_ms))
        return f"{at_ms}.{base64.b64encode(signature).decode()}"


class Verifier:
    """Checks what a Signer signed. Held by every service; remembers what it has checked, so a
    message that is delivered again costs no second check."""

    def __init__(self, key: Ed25519PublicKey, audience: str) -> None:
        self._key = key
        self._audience = audience
        self._checked: OrderedDict[bytes, None] = OrderedDict()

    @classmethod
    def from_pem(cls, pem: bytes, audience: str) -> Verifier:
        """Raises ValueError unless `pem` holds an Ed25519 public key."""
        key = load_pem_public_key(pem)
        if not isinstance(key, Ed25519PublicKey):
            raise ValueError("an Ed25519 public key in PEM form is needed")
        return cls(key, audience)

    def verify(self, header: str | None, body: bytes, now_s: float) -> None:
        """Raises NotAuthentic."""
        at_text, _, encoded = (header or "").partition(".")
        if not at_text.isdecimal() or len(at_text) > 15:
            raise NotAuthentic("no authentication header")
        age_s = now_s - int(at_text) / 1000
        if not -CLOCK_SKEW_S <= age_s <= MAX_AGE_S:
            raise NotAuthentic(f"signed {age_s:.1f} s ago")
        signed = _signed_bytes(self._audience, body, int(at_text))
        mark = hashlib.sha256(signed + encoded.encode()).digest()
        if mark in self._checked:
            return
        try:
            self._key.verify(base64.b64decode(encoded, validate=True), signed)
        except (InvalidSignature, ValueError) as wrong:
            raise NotAuthentic("the signature does not fit") from wrong
        self._checked[mark] = None
        if len(self._checked) > CACHED_SIGNATURES:
            self._checked.popitem(last=False)


def _signed_bytes(audience: str, body: bytes, at_ms: int) -> bytes:
    return b"hedgerow.v1\0%s\0%d\0" % (audience.encode(), at_ms) + hashlib.sha256(body).digest()
