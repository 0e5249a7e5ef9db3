"""What is known of a field beyond its type: how it is read, and how much it may answer."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphql import GraphQLField

if TYPE_CHECKING:
    from hedgerow_gateway.loader import Loader
    from hedgerow_gateway.loaders import Loaders

METADATA = "facts"  # key in the metadata of a Strawberry field
EXTENSION = "hedgerow-facts"  # key in the extensions of a graphql-core field


@dataclass(frozen=True, slots=True)
class Lookup:
    """A value found by its key.

    key   of the object and the field's arguments; None answers null
    pick  of the object and what was found, when the value is only a part of it
    """

    loader: Callable[[Loaders], Loader[Any, Any]]
    key: Callable[..., Hashable | None]
    pick: Callable[[Any, Any], Any] | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """At most one of these says how the field is read; else its resolver does:

    attribute  of the object
    read       a function of the object
    say        a function of the object, the context and the field's arguments
    lookup     by a key, in a loader

    and for the cost:

    entries   a list has usually
    paged     takes first or last
    per_page  as many entries as the page around it
    sized_by  the argument that says how many entries
    """

    attribute: str = ""
    read: Callable[[Any], Any] | None = None
    say: Callable[..., Any] | None = None
    lookup: Lookup | None = None
    entries: int | None = None
    paged: bool = False
    per_page: bool = False
    sized_by: str = ""


NOTHING = Facts()


def facts_of(each: GraphQLField) -> Facts:
    found: Facts = each.extensions.get(EXTENSION, NOTHING)
    return found
