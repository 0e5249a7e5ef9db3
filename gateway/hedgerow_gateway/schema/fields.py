"""How a field is published: its labels in both languages, its description, how it is read.

A GraphQL type lists what it publishes; its instances are the contract objects themselves.

    shown      the attribute of the same name
    derived    a function of the object
    told       a function of the object and the context, and of arguments
    looked_up  found in a loader by a key that the object holds
    member     of a payload: null unless it is set
    entered    of an input

    query, stream   of Query and Subscription: a resolver
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Hashable
from typing import Any

import strawberry
from strawberry.schema_directive import Location

from hedgerow_gateway.execution.facts import METADATA, Facts, Lookup
from hedgerow_gateway.loader import Loader
from hedgerow_gateway.loaders import Loaders


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION, Location.INPUT_FIELD_DEFINITION],
    name="label",
    description="What people call it, in Chinese and in English.",
)
class Label:
    zh: str
    en: str


def shown(zh: str, en: str, description: str, *, entries: int | None = None) -> Any:
    """entries  a list usually has, for the cost"""
    return strawberry.field(
        description=description,
        directives=[Label(zh=zh, en=en)],
        metadata={METADATA: Facts(entries=entries)},
    )


def derived(
    read: Callable[[Any], Any],
    zh: str,
    en: str,
    description: str,
    *,
    entries: int | None = None,
    per_page: bool = False,
) -> Any:
    """per_page  as many entries as the connection's page has"""
    facts = Facts(read=read, entries=entries, per_page=per_page)
    return _published(zh, en, description, facts, read)


def told(
    say: Callable[..., Any], zh: str, en: str, description: str, *, entries: int | None = None
) -> Any:
    """say  takes the object, the context, and the field's arguments by name"""
    return _published(zh, en, description, Facts(say=say, entries=entries), say, given=2)


def looked_up(
    loader: Callable[[Loaders], Loader[Any, Any]],
    key: Callable[..., Hashable | None],
    zh: str,
    en: str,
    description: str,
    *,
    pick: Callable[[Any, Any], Any] | None = None,
    entries: int | None = None,
) -> Any:
    """key   takes the object, and the field's arguments by name; None answers null
    pick  takes the object and what was found, when the value is only a part of it
    """
    facts = Facts(lookup=Lookup(loader, key, pick), entries=entries)
    return _published(zh, en, description, facts, key)


def _published(
    zh: str,
    en: str,
    description: str,
    facts: Facts,
    function: Callable[..., Any],
    *,
    given: int = 1,
) -> Any:
    """A field whose arguments are those of `function` but the first `given`.

    Strawberry learns the arguments from a resolver; this one is never called, the executor reads
    the facts instead.
    """

    def resolver(*_: Any, **__: Any) -> None:
        raise NotImplementedError

    signature = inspect.signature(function)
    arguments = list(signature.parameters.values())[given:]
    resolver.__signature__ = signature.replace(parameters=arguments)  # type: ignore[attr-defined]
    resolver.__annotations__ = {each.name: each.annotation for each in arguments}
    resolver.__module__ = function.__module__
    return strawberry.field(
        resolver=resolver,
        description=description,
        directives=[Label(zh=zh, en=en)],
        metadata={METADATA: facts},
    )


def query(
    resolver: Callable[..., Any],
    description: str,
    *,
    paged: bool = False,
    sized_by: str = "",
    name: str | None = None,
) -> Any:
    """A field of Query.

    paged     takes first or last, which the guard demands
    sized_by  the list argument that says how many answers there are
    """
    return strawberry.field(
        resolver=resolver,
        description=description,
        metadata={METADATA: Facts(paged=paged, sized_by=sized_by)},
        name=name,
    )


def stream(resolver: Callable[..., Any], description: str) -> Any:
    """A field of Subscription; `resolver` is an asynchronous generator."""
    return strawberry.subscription(resolver=resolver, description=description)


def member(zh: str, en: str, description: str, *, name: str | None = None) -> Any:
    return strawberry.field(
        description=description, directives=[Label(zh=zh, en=en)], default=None, name=name
    )


def entered(
    zh: str, en: str, description: str, *, optional: bool = False, name: str | None = None
) -> Any:
    """Optional ones are UNSET, which is false, when the client leaves them out."""
    label = Label(zh=zh, en=en)
    if optional:
        return strawberry.field(
            description=description, directives=[label], name=name, default=strawberry.UNSET
        )
    return strawberry.field(description=description, directives=[label], name=name)


def same(contract: Any) -> Any:
    """A contract object where its GraphQL type is expected: they are one."""
    return contract
