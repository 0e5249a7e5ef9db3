"""How much a document may ask for, and what it is told when that is too much."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hedgerow.errors import Invalid

from hedgerow_gateway.execution.cost import Cost, Given

PAGE_MOST = 100


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one document. Fields of a fragment count each time it is spread."""

    characters: int = 16 * 1024
    tokens: int = 1000
    depth: int = 12
    levels: int = 40  # selection sets inside each other, inline fragments included
    aliases: int = 15
    roots: int = 10
    fields: int = 500
    directives: int = 20
    cost: int = 5000


class OverLimit(Invalid):
    code = "COST_LIMIT_EXCEEDED"

    def __init__(self, what: str, what_zh: str, most: int) -> None:
        super().__init__(
            f"The document has more than {most} {what}.", f"查询超出限制：{what_zh}最多 {most}"
        )


class BadPage(Invalid):
    code = "BAD_PAGE"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} needs exactly one of first and last, from 1 to {PAGE_MOST}.",
            f"{name} 必须且只能提供 first 或 last 之一，取值 1 到 {PAGE_MOST}",
            field=f"{name}.first",
        )


@dataclass(slots=True)
class Shape:
    """cost   of the operation, a function of the variables
    pages  every connection's name and what it was given, to be checked with the variables
    """

    cost: Cost
    pages: list[tuple[str, Given]]


def check_pages(shape: Shape, variables: Mapping[str, object]) -> None:
    """Raises BadPage unless every connection was given exactly one of first and last, 1 to 100."""
    for name, given in shape.pages:
        values = [
            variables.get(each) if isinstance(each, str) else each
            for each in (given.first, given.last)
        ]
        asked = [value for value in values if value is not None]
        if len(asked) != 1 or not isinstance(asked[0], int) or not 1 <= asked[0] <= PAGE_MOST:
            raise BadPage(name)
