"""The two golden tables, as text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from contracts.guarded.needs import Needs
from hedgerow.auth import PERMISSIONS, TENANT_ROLES, Permission, Role

REWRITTEN = """\
# Golden. A change of this file is a change of who may do what: have it reviewed. Written anew by
#     HEDGEROW_REWRITE=1 make test T=tests/contracts/test_guarded.py
"""
NEEDS_HEAD = f"""\
{REWRITTEN}#
# What each message needs, and where: in the whole tenant, at its plant, or somewhere. What happens
# to a caller who has all other permissions there and lacks this one:
#
#   H  refused with PLANT_FORBIDDEN: what it is about is hidden
#   N  refused with NOT_PERMITTED
#   E  refused with ROLE_EXCEEDS_YOURS: the role has it, so who gives or takes the role must too
#   0  the answer is empty
#   <  the answer lacks something
#   .  nothing
#
#   o  one of those marked so is enough, beside those that are needed
"""
ROLES_HEAD = f"""\
{REWRITTEN}#
# Which role holds which permission: x where it holds for the whole tenant, p at the plants that the
# role was given for.
"""


def needs_line(name: str, scope: str, needs: Needs) -> str:
    return _line(name, scope, [needs[each] for each in Permission])


def needs_table(lines: Mapping[str, str]) -> str:
    """lines  by the name of the message"""
    stairs = _stairs([each.value for each in Permission], " " * _INDENT)
    return "\n".join([NEEDS_HEAD, *stairs, *(lines[name] for name in sorted(lines)), ""])


def roles_table() -> str:
    roles = list(Role)
    stairs = _stairs([role.value for role in roles], " " * 18)
    rows = (
        f"{permission:<18}" + " ".join(_held(permission, role) for role in roles)
        for permission in Permission
    )
    return "\n".join([ROLES_HEAD, *stairs, *rows, ""])


def _held(permission: Permission, role: Role) -> str:
    if permission not in PERMISSIONS[role]:
        return "."
    return "x" if role in TENANT_ROLES else "p"


_NAME, _SCOPE = 44, 11
_INDENT = _NAME + _SCOPE


def _line(name: str, scope: str, cells: Iterable[str]) -> str:
    return f"{name:<{_NAME}}{scope:<{_SCOPE}}" + " ".join(cells)


def _stairs(names: Sequence[str], indent: str) -> list[str]:
    """Column heads that stand one below the other, each above a line down to its column."""
    heads = [indent + "| " * place + name for place, name in enumerate(names)]
    return [*heads, (indent + "| " * len(names)).rstrip()]
