"""Who asks: every role at either plant and in the whole company, nobody, and another company."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hedgerow.auth import PERMISSIONS, TENANT_ROLES, Permission, Role

from leaks.canaries import OTHER, A, B
from leaks.sides import World


@dataclass(frozen=True)
class User:
    """sees          whose canaries they may be answered with
    reads_orders  so that some of them must be in a list of orders
    """

    name: str
    token: str
    sees: frozenset[str]
    own: str
    foreign: str
    reads_orders: bool

    def __hash__(self) -> int:
        return hash(self.name)


def users(world: World) -> list[User]:
    return list(_users(world))


def _users(world: World) -> Iterator[User]:
    def user(name: str, sees: str, own: str, foreign: str, *groups: str) -> User:
        tenant = world.sides[own].company.tenant
        subject = f"user-{len(groups)}-{name.replace('@NGB', '-first').replace('@SZH', '-second')}"
        token = world.suite.keys.token(subject, tenant, *groups)
        held = {Role(group.partition("@")[0]) for group in groups}
        reads = any(Permission.ORDER_READ in PERMISSIONS[role] for role in held)
        return User(name, token, frozenset(sees), own, foreign, bool(sees) and reads)

    for role in Role:
        if role in TENANT_ROLES:
            yield user(role.value, A + B, A, OTHER, role.value)
        else:
            yield user(role.value, "", A, B, role.value)  # without a plant it gives nothing
        for own, foreign in ((A, B), (B, A)):
            group = f"{role.value}@{world.sides[own].code}"
            seeing = role not in TENANT_ROLES and Permission.PLANT_READ in PERMISSIONS[role]
            yield user(group, own if seeing else "", own, foreign, group)
    yield user("nobody", "", A, B)
    yield user("nobody of the second plant", "", B, A)
    yield user("administrator of another company", OTHER, OTHER, A, Role.TENANT_ADMIN.value)
    yield user("manager in another company", OTHER, OTHER, B, f"{Role.PLANT_MANAGER.value}@NGB")
