"""From a document and its variables to a result."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from graphql import (
    ExecutionResult,
    GraphQLSchema,
    OperationType,
    default_field_resolver,
    default_type_resolver,
)
from graphql.execution import create_source_event_stream, map_source_to_response_event
from graphql.execution.values import VariableValues
from hedgerow.errors import Invalid

from hedgerow_gateway.execution.executor import GatewayExecutor
from hedgerow_gateway.execution.limits import Limits, OverLimit, check_pages
from hedgerow_gateway.execution.operations import Operation, Operations


class BadOperation(Invalid):
    code = "BAD_OPERATION"


@dataclass(frozen=True, slots=True)
class Ready:
    """An operation with its variables, within all limits."""

    operation: Operation
    variables: VariableValues
    cost: int

    @property
    def kind(self) -> OperationType | None:
        return self.operation.kind


class NotReady(Exception):
    """The request cannot be executed; `errors` say why."""

    def __init__(self, errors: tuple[Exception, ...]) -> None:
        super().__init__(*errors)
        self.errors = errors


class Engine:
    """Prepares and executes operations of one schema."""

    def __init__(self, schema: GraphQLSchema, *, limits: Limits, introspection: bool) -> None:
        self._schema = schema
        self._operations = Operations(schema, limits=limits, introspection=introspection)
        self._most_cost = limits.cost

    @property
    def most_cost(self) -> int:
        return self._most_cost

    def prepare(self, text: str, variables: Mapping[str, Any] | None, name: str | None) -> Ready:
        """Raises NotReady."""
        operation = self._operations.get(text)
        if operation.errors or operation.shape is None or operation.variables is None:
            raise NotReady(operation.errors)
        if name and name != operation.name:
            raise NotReady(
                (BadOperation("There is no operation of that name.", "没有该名称的操作"),)
            )
        values = operation.variables.coerce(variables or {})
        if isinstance(values, list):
            raise NotReady(tuple(values))
        try:
            check_pages(operation.shape, values.coerced)
            cost = operation.shape.cost.value(values.coerced)
            if cost > self._most_cost:
                raise OverLimit("points of cost", "成本点数", self._most_cost)
        except Invalid as wrong:
            raise NotReady((wrong,)) from wrong
        return Ready(operation, values, cost)

    def execute(self, ready: Ready, context: Any) -> ExecutionResult | Awaitable[ExecutionResult]:
        """Never raises for what goes wrong in a resolver: the result holds it."""
        result: Any = self._executor(ready, context).execute_operation()
        return cast("ExecutionResult | Awaitable[ExecutionResult]", result)

    async def subscribe(
        self, ready: Ready, context: Any
    ) -> ExecutionResult | AsyncGenerator[ExecutionResult, None]:
        """The results of a subscription, or one result with errors when it cannot begin."""
        executor = self._executor(ready, context)
        source: Any = create_source_event_stream(executor)
        if executor.is_awaitable(source):
            source = await source
        if isinstance(source, ExecutionResult):
            return source
        return map_source_to_response_event(executor, source)

    def _executor(self, ready: Ready, context: Any) -> GatewayExecutor:
        operation = ready.operation
        assert operation.definition is not None
        return GatewayExecutor(
            self._schema,
            operation.fragment_definitions,
            operation.fragments,
            None,
            context,
            operation.definition,
            ready.variables,
            default_field_resolver,
            default_type_resolver,
            default_field_resolver,
            hide_suggestions=True,
            plans=operation.plans,
            conditions=tuple(ready.variables.coerced.get(name) for name in operation.conditions),
        )
