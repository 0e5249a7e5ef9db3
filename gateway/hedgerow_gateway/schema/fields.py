"""How a field is published: its labels in both languages, its description, how it is read.

A GraphQL type lists what it publishes; its instances are the contract objects themselves.

    shown     the attribute of the same name
    derived   a function of the object alone
    edge      a resolver, mostly a loader's
    member    of a payload: null unless it is set
    entered   of an input
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import strawberry
from strawberry.schema_directive import Location

from hedgerow_gateway.execution.cost import ASSUMED, PAGED, PER_PAGE, READ, SIZED_BY


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION, Location.INPUT_FIELD_DEFINITION],
    name="label",
    description="What people call it, in Chinese and in English.",
)
class Label:
    zh: str
    en: str


def shown(zh: str, en: str, description: str, *, assumed: int | None = None) -> Any:
    """assumed  how many entries a list usually has, for the cost"""
    return strawberry.field(
        description=description,
        directives=[Label(zh=zh, en=en)],
        metadata={} if assumed is None else {ASSUMED: assumed},
    )


def derived(
    read: Callable[[Any], Any],
    zh: str,
    en: str,
    description: str,
    *,
    assumed: int | None = None,
    per_page: bool = False,
) -> Any:
    """per_page  as many entries as the connection's page has"""

    def resolver(self: Any) -> Any:
        return read(self)

    metadata: dict[str, Any] = {READ: read, PER_PAGE: per_page}
    if assumed is not None:
        metadata[ASSUMED] = assumed
    return strawberry.field(
        resolver=resolver,
        description=description,
        directives=[Label(zh=zh, en=en)],
        metadata=metadata,
    )


def edge(
    resolver: Callable[..., Any], zh: str, en: str, description: str, *, assumed: int | None = None
) -> Any:
    return strawberry.field(
        resolver=resolver,
        description=description,
        directives=[Label(zh=zh, en=en)],
        metadata={} if assumed is None else {ASSUMED: assumed},
    )


def query(
    resolver: Callable[..., Any],
    description: str,
    *,
    paged: bool = False,
    sized_by: str = "",
    assumed: int | None = None,
    name: str | None = None,
) -> Any:
    """A field of Query.

    paged     takes first or last, which the guard demands
    sized_by  the list argument that says how many answers there are
    """
    metadata: dict[str, Any] = {PAGED: paged}
    if sized_by:
        metadata[SIZED_BY] = sized_by
    if assumed is not None:
        metadata[ASSUMED] = assumed
    return strawberry.field(
        resolver=resolver, description=description, metadata=metadata, name=name
    )


def member(zh: str, en: str, description: str) -> Any:
    return strawberry.field(
        description=description, directives=[Label(zh=zh, en=en)], default=None
    )


def entered(zh: str, en: str, description: str, *, optional: bool = False) -> Any:
    """Optional ones are UNSET, which is false, when the client leaves them out."""
    if optional:
        return strawberry.field(
            description=description, directives=[Label(zh=zh, en=en)], default=strawberry.UNSET
        )
    return strawberry.field(description=description, directives=[Label(zh=zh, en=en)])


def same(contract: object) -> Any:
    """A contract object where its GraphQL type is expected: they are one."""
    return contract
