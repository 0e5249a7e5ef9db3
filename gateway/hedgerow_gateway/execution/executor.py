"""graphql-core's executor, with plans for what lies below the root fields.

The root fields, everything that has a resolver of its own, abstract types and all errors are
graphql-core's. Where a plan can be made of an object type's selection it answers, for whole lists
at once; when it raises anything, graphql-core answers that part again in the ordinary way.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from graphql import GraphQLObjectType, is_non_null_type
from graphql.execution import Executor
from graphql.execution.collect_fields import FieldDetailsList, GroupedFieldSet
from graphql.pyutils import Path

from hedgerow_gateway.execution.filling import Filling
from hedgerow_gateway.execution.plans import Plan, plan_of
from hedgerow_gateway.execution.shape import Unready

Plans = dict[Any, Plan | None]

MOST_PLANS = 200  # of one document; each combination of conditions needs plans of its own


class GatewayExecutor(Executor[None]):
    def __init__(
        self, *args: Any, plans: Plans, conditions: tuple[Any, ...], **kwargs: Any
    ) -> None:
        """plans       of this document, kept from one request to the next
        conditions  values of the variables that decide which fields are selected
        """
        super().__init__(*args, **kwargs)
        self._plans = plans
        self._conditions = conditions
        self._filling = Filling(self.context_value, self.variable_values)

    def complete_object_value(
        self,
        return_type: GraphQLObjectType,
        field_details_list: FieldDetailsList,
        info: Any,
        path: Path,
        result: Any,
        position_context: None,
    ) -> Any:
        def ordinary() -> Any:
            return super(GatewayExecutor, self).complete_object_value(
                return_type, field_details_list, info, path, result, position_context
            )

        plan = self._plan(return_type, field_details_list)
        if plan is None:
            return ordinary()
        if plan.waits:
            return self._later(plan, [result], ordinary, lambda rows: rows[0])
        try:
            return self._filling.now(plan, [result])[0]
        except Exception:  # noqa: BLE001  answered, or reported, in the ordinary way
            return ordinary()

    def complete_list_value(
        self,
        return_type: Any,
        field_details_list: FieldDetailsList,
        info: Any,
        path: Path,
        result: Any,
        position_context: None,
    ) -> Any:
        def ordinary() -> Any:
            return super(GatewayExecutor, self).complete_list_value(
                return_type, field_details_list, info, path, result, position_context
            )

        item = return_type.of_type
        item = item.of_type if is_non_null_type(item) else item
        if not isinstance(item, GraphQLObjectType) or not isinstance(result, list | tuple):
            return ordinary()
        plan = self._plan(item, field_details_list)
        if plan is None or None in result:
            return ordinary()
        if plan.waits:
            return self._later(plan, result, ordinary, lambda rows: rows)
        try:
            return self._filling.now(plan, result)
        except Exception:  # noqa: BLE001  answered, or reported, in the ordinary way
            return ordinary()

    async def _later(
        self,
        plan: Plan,
        objects: Sequence[Any],
        ordinary: Callable[[], Any],
        take: Callable[[list[dict[str, Any]]], Any],
    ) -> Any:
        try:
            return take(await self._filling.later(plan, objects))
        except Exception:  # noqa: BLE001  answered, or reported, in the ordinary way
            completed = ordinary()
        return await completed if isinstance(completed, Awaitable) else completed

    def _plan(self, kind: GraphQLObjectType, details: FieldDetailsList) -> Plan | None:
        """None when this selection is not for a plan. Nodes live as long as their document."""
        key = (kind.name, self._conditions, *(id(each.node) for each in details))
        if key in self._plans:
            return self._plans[key]
        try:
            made: Plan | None = plan_of(kind, self._collect(kind, details), self._collect)
        except Unready:
            made = None
        if len(self._plans) >= MOST_PLANS:
            self._plans.clear()
        self._plans[key] = made
        return made

    def _collect(self, kind: GraphQLObjectType, details: FieldDetailsList) -> GroupedFieldSet:
        return self.collect_subfields(kind, details).grouped_field_set
