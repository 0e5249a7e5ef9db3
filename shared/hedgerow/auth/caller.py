"""Who is asking, what they hold at which plant, and the grants that prove it."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from hedgerow.auth.origin import SERVICE_PREFIX
from hedgerow.auth.permissions import Permission
from hedgerow.contracts.values import PlantId, TenantId
from hedgerow.errors import Denied, PlantForbidden


class NotPermitted(Denied):
    code = "NOT_PERMITTED"

    def __init__(self, permission: Permission, *, detail: str = "") -> None:
        super().__init__(
            f"You need the permission {permission} for this.",
            f"此操作需要权限 {permission}",
            detail=detail,
            missing=permission,
        )


class StaleAccess(Denied):
    """The caller's rights were read before they last changed. The gateway reads them again and
    asks once more, so people see this only when that fails."""

    code = "ACCESS_CHANGED"

    def __init__(self, *, detail: str = "") -> None:
        super().__init__(
            "Your rights have just changed; try again.", "您的权限刚刚变更，请重试", detail=detail
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

    def must_carry_everywhere(self, *permissions: Permission) -> None:
        """Raises WrongGrant: it is for one plant only."""
        raise WrongGrant(f"{self} does not cover {', '.join(permissions)} everywhere")


@dataclass(frozen=True, slots=True)
class TenantGrant:
    """Proof that a caller holds `permission` for the whole tenant, or for what has no plant yet.

    Only `Caller.grant_tenant` and `Caller.grant_somewhere` make one.

    everywhere  for the whole tenant, so also at each of its plants
    """

    tenant_id: TenantId
    permission: Permission
    everywhere: bool

    def must_carry(self, *permissions: Permission, at: PlantId | None) -> None:
        """The last check before a write. Raises WrongGrant unless it is for one of `permissions`,
        and the write is to what has no plant, or it holds everywhere."""
        if self.permission not in permissions or not (at is None or self.everywhere):
            raise WrongGrant(f"{self} does not cover {', '.join(permissions)} at plant {at}")

    def must_carry_everywhere(self, *permissions: Permission) -> None:
        """The same before a write to what is the whole tenant's, or to rows of whichever plants.
        Raises WrongGrant unless it is for one of `permissions`, and holds everywhere."""
        if self.permission not in permissions or not self.everywhere:
            raise WrongGrant(f"{self} does not cover {', '.join(permissions)} everywhere")


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
            subject=f"{SERVICE_PREFIX}{name}",
            tenant_id=tenant_id,
            tenant_grants=frozenset(Permission),
        )

    @property
    def is_service(self) -> bool:
        return self.subject.startswith(SERVICE_PREFIX)

    def holds(self, permission: Permission, plant_id: PlantId | None) -> bool:
        """At `plant_id`; for None: in the whole tenant."""
        if permission in self.tenant_grants:
            return True
        return plant_id is not None and permission in self.plant_grants.get(plant_id, frozenset())

    def holds_somewhere(self, permission: Permission) -> bool:
        """In the whole tenant, or at one plant at least."""
        return permission in self.tenant_grants or any(
            permission in held for held in self.plant_grants.values()
        )

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
        """Raises NotPermitted unless held for the whole tenant, and all its plants are visible:
        the grant holds at each of them."""
        for needed in (permission, Permission.PLANT_READ):
            if needed not in self.tenant_grants:
                raise NotPermitted(needed, detail=f"{self.subject}, tenant-wide")
        return TenantGrant(self.tenant_id, permission, everywhere=True)

    def grant_somewhere(self, permission: Permission) -> TenantGrant:
        """For what belongs to no plant yet, such as a new order. Raises NotPermitted unless held
        at one plant at least."""
        if not self.holds_somewhere(permission):
            raise NotPermitted(permission, detail=f"{self.subject}, anywhere")
        return TenantGrant(self.tenant_id, permission, permission in self.tenant_grants)

    def reach(self) -> Reach:
        everywhere = Permission.PLANT_READ in self.tenant_grants
        visible = sorted(
            plant for plant, held in self.plant_grants.items() if Permission.PLANT_READ in held
        )
        return Reach(self.tenant_id, everywhere, () if everywhere else tuple(visible))
