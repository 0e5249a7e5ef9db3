"""Whether a field's value is one thing or a list, and where null may stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from graphql import get_named_type, is_list_type, is_non_null_type


class Unready(Exception):
    """A plan cannot answer this; graphql-core must, in the ordinary way."""


@dataclass(frozen=True, slots=True)
class Shape:
    named: Any
    many: bool
    nullable: bool
    nullable_items: bool

    @classmethod
    def of(cls, kind: Any) -> Shape:
        """Raises Unready for lists of lists."""
        named = get_named_type(kind)
        nullable = not is_non_null_type(kind)
        inner = kind if nullable else kind.of_type
        if not is_list_type(inner):
            return cls(named, False, nullable, False)
        item = inner.of_type
        nullable_items = not is_non_null_type(item)
        if is_list_type(item if nullable_items else item.of_type):
            raise Unready
        return cls(named, True, nullable, nullable_items)
