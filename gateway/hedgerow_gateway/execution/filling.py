"""Carries a plan out, one level after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from itertools import repeat
from operator import attrgetter
from typing import Any

from graphql.execution.values import VariableValues, get_argument_values

from hedgerow_gateway.execution.plans import Branch, Plan
from hedgerow_gateway.execution.shape import Unready


class Filling:
    """For one operation: its context and its variables. Raises whatever goes wrong."""

    def __init__(self, context: Any, variables: VariableValues) -> None:
        self._context = context
        self._variables = variables

    def now(self, plan: Plan, objects: Sequence[Any]) -> list[dict[str, Any]]:
        """For a plan that does not wait."""
        rows = [plan.project(each) for each in objects]
        for branch in plan.branches:
            values = self._values(branch, objects)
            plan_below = branch.plan
            below = self.now(plan_below, _flat(branch, values)) if plan_below is not None else None
            _place(branch, values, below, rows)
        return rows

    async def later(self, plan: Plan, objects: Sequence[Any]) -> list[dict[str, Any]]:
        rows = [plan.project(each) for each in objects]
        waiting = [self._branch(branch, objects, rows) for branch in plan.branches if branch.waits]
        for branch in plan.branches:
            if not branch.waits:
                values = self._values(branch, objects)
                below = self.now(branch.plan, _flat(branch, values)) if branch.plan else None
                _place(branch, values, below, rows)
        if len(waiting) == 1:
            await waiting[0]
        elif waiting:
            await asyncio.gather(*waiting)
        return rows

    async def _branch(
        self, branch: Branch, objects: Sequence[Any], rows: list[dict[str, Any]]
    ) -> None:
        lookup = branch.facts.lookup
        if lookup is None:
            values = self._values(branch, objects)
        else:
            arguments = self._arguments(branch)
            keys = [lookup.key(each, **arguments) for each in objects]
            values = await lookup.loader(self._context.load).load_many(keys)
            if lookup.pick is not None:
                values = [
                    None if key is None else lookup.pick(each, value)
                    for each, key, value in zip(objects, keys, values, strict=True)
                ]
        below = None
        if branch.plan is not None:
            flat = _flat(branch, values)
            if branch.plan.waits:
                below = await self.later(branch.plan, flat)
            else:
                below = self.now(branch.plan, flat)
        _place(branch, values, below, rows)

    def _values(self, branch: Branch, objects: Sequence[Any]) -> list[Any]:
        """Of a field that is not looked up."""
        facts = branch.facts
        if facts.say is not None:
            arguments = self._arguments(branch)
            return [facts.say(each, self._context, **arguments) for each in objects]
        read = facts.read or attrgetter(facts.attribute)
        return [read(each) for each in objects]

    def _arguments(self, branch: Branch) -> dict[str, Any]:
        if not branch.definition.args:
            return {}
        return get_argument_values(branch.definition, branch.node, self._variables, None, True)


def _flat(branch: Branch, values: Sequence[Any]) -> list[Any]:
    """All objects below, without the nulls."""
    if not branch.shape.many:
        return [each for each in values if each is not None]
    return [each for value in values if value is not None for each in value if each is not None]


def _place(
    branch: Branch,
    values: Sequence[Any],
    below: list[dict[str, Any]] | None,
    rows: list[dict[str, Any]],
) -> None:
    """Put the values, or what was made of the objects among them, into the rows. Raises Unready
    for a null that may not be."""
    made: Iterator[Any] = repeat(None) if below is None else iter(below)
    shape, name = branch.shape, branch.name
    for row, value in zip(rows, values, strict=True):
        if value is None:
            if not shape.nullable:
                raise Unready
        elif shape.many:
            row[name] = [_one(branch, each, made) for each in value]
        else:
            row[name] = _one(branch, value, made)


def _one(branch: Branch, value: Any, made: Iterator[Any]) -> Any:
    if branch.plan is None:
        return branch.finish(value)
    if value is None:
        if not branch.shape.nullable_items:
            raise Unready
        return None
    return next(made)
