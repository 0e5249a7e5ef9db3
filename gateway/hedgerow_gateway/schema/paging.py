"""Relay connections over the pages that services answer with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import strawberry
from graphql import FieldNode, FragmentSpreadNode, InlineFragmentNode, SelectionSetNode
from hedgerow.contracts.values import Page
from hedgerow.errors import Invalid

from hedgerow_gateway.context import Info
from hedgerow_gateway.schema.fields import derived, shown

T = TypeVar("T")

_MOST_CURSOR = 500


class BadCursor(Invalid):
    code = "BAD_CURSOR"

    def __init__(self, field: str) -> None:
        super().__init__(
            "This is not a cursor of this list; use one as the API gave it.",
            "游标无效，请使用接口返回的游标",
            field=field,
        )


@dataclass(frozen=True, slots=True)
class Slice:
    """A page of contract objects; the instance behind every connection."""

    nodes: Sequence[Any]
    cursors: Sequence[str]
    has_next: bool
    has_previous: bool
    total: int | None


@dataclass(frozen=True, slots=True)
class CursorAndNode:
    cursor: str
    node: Any


@strawberry.type(description="Where a page lies in its list.")
class PageInfo:
    has_next_page: bool = derived(
        lambda page: page.has_next, "有下一页", "Has next page", "Whether more follows."
    )
    has_previous_page: bool = derived(
        lambda page: page.has_previous, "有上一页", "Has previous page", "Whether more precedes."
    )
    start_cursor: str | None = derived(
        lambda page: page.cursors[0] if page.cursors else None,
        "起始游标",
        "Start cursor",
        "Cursor of the first entry, for `before`.",
    )
    end_cursor: str | None = derived(
        lambda page: page.cursors[-1] if page.cursors else None,
        "结束游标",
        "End cursor",
        "Cursor of the last entry, for `after`.",
    )


@strawberry.type(description="An entry of a list and its cursor.")
class Edge(Generic[T]):
    cursor: str = shown("游标", "Cursor", "Opaque; for `after` and `before`.")
    node: T = shown("对象", "Node", "The entry itself.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[T]):
    nodes: list[T] = derived(
        lambda page: page.nodes, "对象", "Nodes", "The entries of this page.", per_page=True
    )
    edges: list[Edge[T]] = derived(
        lambda page: [
            CursorAndNode(cursor, node)
            for cursor, node in zip(page.cursors, page.nodes, strict=True)
        ],
        "条目",
        "Edges",
        "The same entries with their cursors.",
        per_page=True,
    )
    page_info: PageInfo = derived(
        lambda page: page, "分页信息", "Page info", "Where this page lies in the list."
    )
    total_count: int | None = derived(
        lambda page: page.total,
        "总数",
        "Total count",
        "Entries of the whole list; counted only when asked for.",
    )


def page_of(
    info: Info, first: int | None, last: int | None, after: str | None, before: str | None
) -> Page:
    """The window that a connection's arguments describe. The guard has seen that exactly one of
    first and last is given. Raises BadCursor."""
    for name, cursor in (("after", after), ("before", before)):
        if cursor and (len(cursor) > _MOST_CURSOR or not cursor.isascii()):
            raise BadCursor(name)
    return Page(
        first=first or None,
        last=last or None,
        after=after or None,
        before=before or None,
        total=asks_for(info, "totalCount"),
    )


def asks_for(info: Info, field: str) -> bool:
    """Whether the current field's selection names `field`, in a fragment or not."""
    raw: Any = info._raw_info
    pending: list[SelectionSetNode] = [
        node.selection_set for node in raw.field_nodes if node.selection_set
    ]
    seen: set[str] = set()
    while pending:
        for each in pending.pop().selections:
            if isinstance(each, FieldNode):
                if each.name.value == field:
                    return True
            elif isinstance(each, InlineFragmentNode):
                pending.append(each.selection_set)
            elif isinstance(each, FragmentSpreadNode) and each.name.value not in seen:
                seen.add(each.name.value)
                pending.append(raw.fragments[each.name.value].selection_set)
    return False
