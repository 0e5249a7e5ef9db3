"""graphql-core's executor with a short way for fields that are a function of their object.

Most fields are: an attribute, or something worked out from the object alone. Those need no
resolve info, no arguments and no awaiting. Whatever is not plain goes the ordinary way, and so
does whatever fails: errors, their paths and nulls always come from graphql-core.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from graphql import GraphQLField, GraphQLObjectType, GraphQLSchema, is_leaf_type, is_non_null_type
from graphql.execution import Executor
from graphql.execution.collect_fields import FieldDetailsList
from graphql.pyutils import Path

from hedgerow_gateway.execution.cost import READ, metadata_of

Read = Callable[[Any], Any]
PLAIN = "hedgerow-plain"  # key of GraphQLField.extensions


def mark_plain_fields(schema: GraphQLSchema) -> None:
    """Note on every field of `schema` how it is read, when that takes nothing but its object."""
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__"):
            for each in kind.fields.values():
                if (read := _read(each)) is not None:
                    each.extensions[PLAIN] = (read, _coerce(each))


def _read(each: GraphQLField) -> Read | None:
    published = each.extensions.get("strawberry-definition")
    if published is None or each.args:
        return None
    declared: Read | None = metadata_of(each).get(READ)
    if declared is not None:
        return declared
    return attrgetter(published.python_name) if published.is_basic_field else None


def _coerce(each: GraphQLField) -> Callable[[Any], Any] | None:
    """What makes a value of a leaf field presentable; None for fields with fields below."""
    kind = each.type.of_type if is_non_null_type(each.type) else each.type
    return kind.coerce_output_value if is_leaf_type(kind) else None


class GatewayExecutor(Executor[None]):
    def execute_field(
        self,
        parent_type: GraphQLObjectType,
        source: Any,
        field_details_list: FieldDetailsList,
        path: Path,
        position_context: None,
    ) -> Any:
        declared = parent_type.fields.get(field_details_list[0].node.name.value)
        plain = declared.extensions.get(PLAIN) if declared is not None else None
        if plain is not None:
            read, coerce = plain
            if coerce is not None:
                try:
                    value = read(source)
                    if value is not None:
                        return coerce(value)
                    if not is_non_null_type(declared.type):
                        return None
                except Exception:  # noqa: BLE001  the ordinary way below reports it
                    pass
        return super().execute_field(
            parent_type, source, field_details_list, path, position_context
        )
