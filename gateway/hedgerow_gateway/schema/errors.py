"""A refusal under a mutation is data: `userErrors`, with one list of codes per mutation."""

from __future__ import annotations

import enum
import functools
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import strawberry
from hedgerow.errors import Refused

from hedgerow_gateway.context import Context, Info
from hedgerow_gateway.schema.fields import Label, shown

# Codes that any mutation can answer with; a code nobody listed becomes that of its family.
COMMON: Mapping[str, str] = {
    "INVALID": "The input breaks a rule that the message states.",
    "DENIED": "The caller may not do this.",
    "NOT_FOUND": "What the input names does not exist.",
    "CONFLICT": "It cannot be done in the current state.",
    "PLANT_FORBIDDEN": "Of a plant the caller may not see, or not there at all.",
    "NOT_PERMITTED": "The caller sees the plant but lacks the permission.",
    "INVALID_ID": "Not an id as the API gives them, or of another type.",
    "MALFORMED": "A value has the wrong form.",
    "TEXT_INVALID": "A text is empty, too long or holds a character that is not allowed.",
    "MESSAGE_TOO_LARGE": "The request is larger than the message bus carries.",
    "IDEMPOTENCY_CONFLICT": "The idempotency key was used for another request.",
    "INVALID_IDEMPOTENCY_KEY": "The idempotency key is empty, too long or not printable.",
}
FAMILIES: Mapping[str, str] = {
    "Invalid": "INVALID",
    "Denied": "DENIED",
    "NotFound": "NOT_FOUND",
    "Conflict": "CONFLICT",
}
# What the contracts call otherwise than the inputs.
RENAMED: Mapping[str, str] = {"currency": "currencyCode"}


@dataclass(frozen=True, slots=True)
class Complaint:
    """An entry of `userErrors`. code is a member of the mutation's enum."""

    code: Any
    message: str
    field: list[str] | None
    case_number: str | None = None


@strawberry.interface(description="Why a mutation was refused, and where in its input.")
class UserError:
    message: str = shown("说明", "Message", "A sentence for the user, in the language asked for.")
    field: list[str] | None = shown(
        "字段", "Field", "Path to the value in question, from `input` on; null when there is none."
    )
    case_number: str | None = shown(
        "案例号",
        "Case number",
        "To quote to an administrator; null when the refusal is not about rights or presence.",
    )


def user_errors(mutation: str, codes: Mapping[str, str], renamed: Mapping[str, str] = {}) -> Any:
    """The field `userErrors` of a payload, with an error type and an enum of its own.

    mutation  "OrderCancel"
    codes     code -> meaning, beside the common ones
    renamed   what this mutation's input calls otherwise than its command
    """
    listed = {**COMMON, **codes}
    kind = enum.Enum(f"{mutation}UserErrorCode", {code: code for code in listed})  # type: ignore[misc]
    published = strawberry.enum(
        kind, description=f"Why {mutation[0].lower()}{mutation[1:]} was refused."
    )
    for value in published.__strawberry_definition__.values:  # type: ignore[attr-defined]
        value.description = listed[value.value]
    namespace = {
        "__annotations__": {"code": published},
        "__module__": __name__,
        "code": shown("代码", "Code", "Stable; what a program may depend on."),
        "is_type_of": staticmethod(lambda obj, _info: isinstance(obj, Complaint)),
    }
    error = strawberry.type(
        type(f"{mutation}UserError", (UserError,), namespace),
        description=f"Why {mutation[0].lower()}{mutation[1:]} was refused, and where in its input.",
    )
    return strawberry.field(
        description="Empty when it was done.",
        directives=[Label(zh="错误", en="Errors")],
        graphql_type=list[error],  # type: ignore[valid-type]
        default_factory=list,
        metadata={"codes": kind, "renamed": {**RENAMED, **renamed}},
    )


class Refusals:
    """Turns a Refused into the `userErrors` of a payload class."""

    def __init__(self, payload: type) -> None:
        self._payload = payload
        declared = {each.name: each for each in payload.__strawberry_definition__.fields}  # type: ignore[attr-defined]
        self._codes = declared["user_errors"].metadata["codes"]
        self._renamed = declared["user_errors"].metadata["renamed"]

    def payload(self, refused: Refused, context: Context) -> Any:
        """Raises what is not the user's business: Unavailable, and what a service calls internal."""
        if refused.family not in FAMILIES or refused.code == "NOT_AUTHENTIC":
            raise refused
        return self._payload(user_errors=[self.complaint(refused, context)])

    def complaint(self, refused: Refused, context: Context) -> Complaint:
        known = self._codes.__members__
        code = known.get(refused.code) or known[FAMILIES[refused.family]]
        field = field_path(refused.field, self._renamed)
        return Complaint(code, context.say(refused), field, refused.case or None)


def field_path(field: str, renamed: Mapping[str, str] = RENAMED) -> list[str] | None:
    """`lines.0.unit_price.currency` -> input, lines, 0, unitPrice, currencyCode."""
    if not field:
        return None
    if field in renamed:
        return ["input", renamed[field]]
    return ["input", *(renamed.get(part) or camel(part) for part in field.split("."))]


def camel(name: str) -> str:
    return re.sub(r"_([a-z0-9])", lambda found: found[1].upper(), name)


def mutation(
    payload: type,
    resolver: Callable[[Info, Any], Awaitable[Any]],
    description: str,
    *,
    directives: Sequence[object] = (),
) -> Any:
    """A field of Mutation: `resolver` answers with a `payload` or raises Refused."""
    refusals = Refusals(payload)

    @functools.wraps(resolver)
    async def answered(info: Info, input: Any) -> Any:
        try:
            return await resolver(info, input)
        except Refused as refused:
            context = info.context
            await context.denials.note(str(info.path.key), refused, context)
            return refusals.payload(refused, context)

    return strawberry.field(resolver=answered, description=description, directives=list(directives))
