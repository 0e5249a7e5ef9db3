"""Errors that may leave a service. Everything else is a bug and is answered as INTERNAL.

    Refused
    ├── Invalid      the input is malformed or breaks a stated rule     -> fix the input
    ├── Denied       the caller sees the plant but may not do this      -> ask for the right
    ├── NotFound     absent, or hidden from this caller (same answer)   -> check the id
    ├── Conflict     fine in itself, wrong for the current state        -> reload, decide
    └── Unavailable  a dependency is down, too slow or too busy         -> retry later

Subclass one of the five in the module that raises it, and give it a `code` that never changes.
"""

from __future__ import annotations

from typing import ClassVar


class Refused(Exception):
    """A request that was understood and turned down.

    code     stable, upper case; what a program may depend on
    en, zh   one sentence each for the user; no ids of things they cannot see
    field    where in the input, dotted, with list positions from 0: "lines.0.quantity"
    detail   for the log only; never crosses the wire
    case     number that the user may quote to somebody who can help; "" when there is none
    missing  the permission that the caller lacks; "" when it is not for want of one
    """

    code: ClassVar[str] = "REFUSED"
    family: ClassVar[str] = "Refused"

    def __init__(
        self,
        en: str,
        zh: str,
        *,
        field: str = "",
        detail: str = "",
        case: str = "",
        missing: str = "",
    ) -> None:
        super().__init__(en)
        self.en = en
        self.zh = zh
        self.field = field
        self.detail = detail
        self.case = case
        self.missing = missing


class Invalid(Refused):
    code = "INVALID"
    family = "Invalid"


class Denied(Refused):
    code = "DENIED"
    family = "Denied"


class NotFound(Refused):
    code = "NOT_FOUND"
    family = "NotFound"


class Conflict(Refused):
    code = "CONFLICT"
    family = "Conflict"


class Unavailable(Refused):
    code = "UNAVAILABLE"
    family = "Unavailable"


class PlantForbidden(NotFound):
    """What another plant owns answers exactly like what does not exist: always these words."""

    code = "PLANT_FORBIDDEN"

    def __init__(self, *, field: str = "", detail: str = "") -> None:
        super().__init__(
            "You may not access orders of this area; contact the area administrator",
            "您无权访问该区域订单，请联系区域管理员",
            field=field,
            detail=detail,
        )


class DeadlinePassed(Unavailable):
    code = "DEADLINE_PASSED"

    def __init__(self, *, detail: str = "") -> None:
        super().__init__(
            "The request took too long and was not carried out; try again.",
            "请求超时，未执行，请重试",
            detail=detail,
        )
