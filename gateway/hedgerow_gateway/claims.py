"""Which roles the groups of a token stand for: by a mapping of the company's, or by their names.

`dispatcher` stands for the whole tenant, `plant_manager@NB` for the plant with the code NB.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec
from hedgerow.auth import TENANT_ROLES, Role
from hedgerow.settings import BadSettings

MOST_GROUPS = 1000

_ROLES: Mapping[str, Role] = {role.value: role for role in Role}
_CODE = re.compile("[A-Z0-9][A-Z0-9-]{0,39}")


@dataclass(frozen=True, slots=True, order=True)
class Claimed:
    """A role that a token brings. code  of the plant; empty for the whole tenant"""

    role: Role
    code: str


def claimed(text: str) -> Claimed:
    """Reads `role` or `role@CODE`. Raises ValueError, saying what is wrong with it."""
    name, at, code = text.partition("@")
    role = _ROLES.get(name)
    if role is None:
        raise ValueError(f"{name!r} is no role")
    if role in TENANT_ROLES:
        if at:
            raise ValueError(f"{name} holds for the whole tenant and takes no @")
        return Claimed(role, "")
    if not at:
        raise ValueError(f"{name} holds at a plant: write {name}@CODE")
    if not _CODE.fullmatch(code):
        raise ValueError(f"{code!r} is no code of a plant")
    return Claimed(role, code)


@dataclass(frozen=True, slots=True)
class GroupRoles:
    """mapped  group of the issuer's -> roles
    direct  whether other groups count that are named like roles
    """

    mapped: Mapping[str, tuple[Claimed, ...]]
    direct: bool = True

    def of(self, groups: Iterable[object]) -> tuple[tuple[Claimed, ...], int]:
        """The roles, sorted, and how many of the groups stand for none."""
        found: set[Claimed] = set()
        unknown = 0
        for group in groups:
            if not isinstance(group, str):
                unknown += 1
            elif (roles := self.mapped.get(group)) is not None:
                found.update(roles)
            elif (role := self._named(group)) is not None:
                found.add(role)
            else:
                unknown += 1
        return tuple(sorted(found)), unknown

    def _named(self, group: str) -> Claimed | None:
        if not self.direct:
            return None
        try:
            return claimed(group)
        except ValueError:
            return None


NAMED_ONLY = GroupRoles({})


def read_mapping(text: str, variable: str) -> dict[str, tuple[Claimed, ...]]:
    """A JSON object of lists, from the setting `variable`; empty for an empty text.

    Raises BadSettings.
    """
    if not text.strip():
        return {}
    try:
        given = msgspec.json.decode(text, type=dict[str, list[str]])
    except msgspec.MsgspecError as wrong:
        raise BadSettings(f"{variable}: {wrong}") from wrong
    return mapping_of(given, variable)


def mapping_of(given: Mapping[str, list[str]], variable: str) -> dict[str, tuple[Claimed, ...]]:
    """Raises BadSettings naming the group and the role that cannot be."""
    found: dict[str, tuple[Claimed, ...]] = {}
    for group, roles in given.items():
        if not group:
            raise BadSettings(f"{variable}: a group has no name")
        try:
            found[group] = tuple(claimed(role) for role in roles)
        except ValueError as wrong:
            raise BadSettings(f"{variable}: group {group!r}: {wrong}") from wrong
    return found
