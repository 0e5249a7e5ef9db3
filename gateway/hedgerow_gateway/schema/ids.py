"""Global ids: opaque to clients, `<type>:<key>` in base64 to us."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from hedgerow.errors import Invalid

_MOST_TEXT = 900  # the id of a membership holds a subject


class BadId(Invalid):
    code = "INVALID_ID"

    def __init__(self, kind: str, *, field: str = "") -> None:
        named = f"the id of a {kind}" if kind else "an id"
        super().__init__(
            f"This is not {named}; use an id as the API gave it.",
            f"不是有效的 {kind or '对象'} ID，请使用接口返回的 ID",
            field=field,
        )


def global_id(kind: str, key: object) -> str:
    return base64.b64encode(f"{kind}:{key}".encode()).decode()


def split_id(given: str, *, field: str = "id") -> tuple[str, str]:
    """Type and key. Raises BadId."""
    try:
        if len(given) > _MOST_TEXT:
            raise ValueError
        kind, colon, key = base64.b64decode(given, validate=True).decode().partition(":")
    except ValueError as wrong:
        raise BadId("", field=field) from wrong
    if not colon or not kind or not key or not key.isprintable():
        raise BadId("", field=field)
    return kind, key


def key_of(kind: str, given: str, *, field: str = "id") -> str:
    """Raises BadId unless `given` is the id of a `kind`."""
    found, key = split_id(given, field=field)
    if found != kind:
        raise BadId(kind, field=field)
    return key


def uuid_of(kind: str, given: str, *, field: str = "id") -> Any:
    """The UUID in the id of a `kind`, to be used as that kind's id. Raises BadId."""
    try:
        return UUID(key_of(kind, given, field=field))
    except ValueError as wrong:
        raise BadId(kind, field=field) from wrong


def uuids_of(kind: str, given: Iterable[str], *, field: str) -> tuple[Any, ...]:
    return tuple(
        uuid_of(kind, each, field=f"{field}.{position}") for position, each in enumerate(given)
    )
