"""Errors as a client sees them: a stable code, a sentence in their language, nothing of ours.

`extensions.code` is one of UNAUTHENTICATED, FORBIDDEN, PLANT_FORBIDDEN, NOT_FOUND, CONFLICT,
BAD_USER_INPUT, COST_LIMIT_EXCEEDED, THROTTLED, SERVICE_UNAVAILABLE, INTERNAL; `extensions.reason`
is the code of the refusal behind it.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from graphql import GraphQLError
from hedgerow.errors import Refused

from hedgerow_gateway.schema.errors import camel

log = logging.getLogger("hedgerow.gateway")

INTERNAL = (
    "Something went wrong on our side; it has been reported.",
    "系统内部错误，已上报",
)
FAMILIES: Mapping[str, str] = {
    "Invalid": "BAD_USER_INPUT",
    "Denied": "FORBIDDEN",
    "NotFound": "NOT_FOUND",
    "Conflict": "CONFLICT",
    "Unavailable": "SERVICE_UNAVAILABLE",
}
# Codes of refusals that stand for themselves.
OWN = frozenset({"UNAUTHENTICATED", "PLANT_FORBIDDEN", "COST_LIMIT_EXCEEDED", "THROTTLED"})
STATUS: Mapping[str, int] = {
    "UNAUTHENTICATED": 401,
    "THROTTLED": 429,
    "SERVICE_UNAVAILABLE": 503,
    "INTERNAL": 500,
}


_PLACE = re.compile(r"Variable '\$(?P<variable>\w+)' has invalid value(?: at (?P<path>\.[^:]+))?:")
_MISSING = re.compile(r" to include required field '(?P<name>\w+)'")


def code_of(refused: Refused) -> str:
    if refused.code in OWN:
        return refused.code
    if refused.code == "NOT_AUTHENTIC":
        return "INTERNAL"
    return FAMILIES.get(refused.family, "INTERNAL")


def problem(error: Exception, language: str, request_id: str) -> dict[str, Any]:
    """An entry of `errors`. A bug is logged and masked."""
    cause = error.original_error if isinstance(error, GraphQLError) else error
    if isinstance(cause, Refused):
        entry = _refused(cause, language, request_id)
    elif isinstance(error, GraphQLError) and _of_the_client(error):
        entry = _of_graphql(error, request_id)
    else:
        log.error("a resolver failed", exc_info=cause or error, extra={"request": request_id})
        message = INTERNAL[language == "zh"]
        entry = {"message": message, "extensions": {"code": "INTERNAL", "requestId": request_id}}
    if isinstance(error, GraphQLError):
        if error.locations:
            entry["locations"] = [{"line": at.line, "column": at.column} for at in error.locations]
        if error.path is not None:
            entry["path"] = error.path
    return entry


def _refused(refused: Refused, language: str, request_id: str) -> dict[str, Any]:
    code = code_of(refused)
    if code == "INTERNAL":
        log.error("a service failed", extra={"request": request_id, "code": refused.code})
        message = INTERNAL[language == "zh"]
        return {"message": message, "extensions": {"code": code, "requestId": request_id}}
    extensions: dict[str, Any] = {"code": code, "requestId": request_id}
    if refused.code != code:
        extensions["reason"] = refused.code
    if refused.field:
        extensions["field"] = [
            camel(part) for part in refused.field.removeprefix("page.").split(".")
        ]
    if refused.case:
        extensions["caseNumber"] = refused.case
    if code == "SERVICE_UNAVAILABLE":
        extensions["retryable"] = True
    message = refused.zh if language == "zh" else refused.en
    return {"message": message, "extensions": extensions}


def _of_graphql(error: GraphQLError, request_id: str) -> dict[str, Any]:
    """What graphql-core says of a document or its variables, with the place it names."""
    extensions: dict[str, Any] = {"code": "BAD_USER_INPUT", "requestId": request_id}
    if (said := _PLACE.match(error.message)) is not None:
        path = (said["path"] or "").replace("[", ".").replace("]", "").split(".")
        field = [said["variable"], *filter(None, path)]
        if (missing := _MISSING.search(error.message)) is not None:
            field.append(missing["name"])
        extensions["field"] = field
    return {"message": error.message, "extensions": extensions}


def _of_the_client(error: GraphQLError) -> bool:
    """Whether graphql-core complains of the document, its variables, or an argument: without a
    path the first two; with one only the last, and all else would be our fault."""
    cause = error.original_error
    if cause is not None and not isinstance(cause, GraphQLError):
        return False
    return error.path is None or error.message.startswith("Argument ")


def status_of(data: Mapping[str, Any] | None, errors: Sequence[Mapping[str, Any]]) -> int:
    """The HTTP status: a request that could not be carried out at all says so there too."""
    if not errors or (data is not None and any(value is not None for value in data.values())):
        return 200
    codes = [str(each["extensions"]["code"]) for each in errors]
    if data is not None:
        return next((STATUS[each] for each in codes if STATUS.get(each, 0) >= 500), 200)
    return STATUS.get(codes[0], 400)


def problems(
    errors: Iterable[Exception] | None, language: str, request_id: str
) -> list[dict[str, Any]]:
    return [problem(each, language, request_id) for each in errors or ()]


def language_of(accept: str) -> str:
    """ "zh" or "en", whichever the Accept-Language header (RFC 9110) names first; "zh" if none."""
    best, found = -1.0, "zh"
    for part in accept[:200].lower().split(","):
        tag, _, weight = part.strip().partition(";q=")
        if tag[:2] not in ("zh", "en"):
            continue
        try:
            quality = float(weight) if weight else 1.0
        except ValueError:
            quality = 0.0
        if quality > best:
            best, found = quality, tag[:2]
    return found
