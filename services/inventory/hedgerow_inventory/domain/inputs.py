"""How long the texts and lists of this service may be, and what may be looked up in it."""

from __future__ import annotations

import re

from hedgerow.contracts.fields import BadText

SKU_LENGTH = 64
TEXT_LENGTH = 200
REASON_LENGTH = 500
MOST_LINES = 200
_UNSTORABLE = re.compile(r"[\0\ud800-\udfff]")


def storable(value: str, field: str) -> str:
    """Anything that PostgreSQL can hold may be looked up: all but NUL and half of a surrogate
    pair. Raises BadText."""
    if _UNSTORABLE.search(value):
        raise BadText(
            "This text contains characters that cannot be stored.",
            "文本包含无法存储的字符",
            field=field,
        )
    return value
