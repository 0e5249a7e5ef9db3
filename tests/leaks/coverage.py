"""What a scan has to have reached."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from graphql import (
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
)

# Fields that no answer to those who see everything filled, and why.
NEVER_FILLED: Mapping[str, str] = {
    "Fence.recordedTo": "the times that are asked with lie before and after all that was recorded",
    "OverflowRule.channels": "the rules of the two plants are for every channel",
    "Node.id": "answered as the id of a type",
    "EvidenceFault.kind": "nobody has tampered with the evidence",
    "EvidenceFault.stream": "the same",
    "EvidenceFault.seq": "the same",
    "EvidenceFault.detail": "the same",
    "PresenceNote.confirmedBy": "a position that is certain needs no second person",
}


def reachable(schema: GraphQLSchema, root: Any) -> set[str]:
    """Every field below `root` as a coordinate: Order.number."""
    found: set[str] = set()
    pending = [root]
    while pending:
        kind = pending.pop()
        if isinstance(kind, GraphQLInterfaceType | GraphQLUnionType):
            pending += [
                each
                for each in schema.get_possible_types(kind)
                if not any(one.startswith(f"{each.name}.") for one in found)
            ]
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            for name, field in kind.fields.items():
                if f"{kind.name}.{name}" not in found:
                    found.add(f"{kind.name}.{name}")
                    pending.append(get_named_type(field.type))
    return found


def leaves(schema: GraphQLSchema, coordinates: Iterable[str]) -> set[str]:
    def kind(coordinate: str) -> Any:
        of, _, name = coordinate.partition(".")
        return get_named_type(schema.type_map[of].fields[name].type)  # type: ignore[attr-defined]

    return {each for each in coordinates if is_leaf_type(kind(each))}


def unfilled(schema: GraphQLSchema, filled: Iterable[str]) -> set[str]:
    """What can be reached from Query and nobody was ever answered."""
    held = {each.partition(" ")[0] for each in filled}
    wanted = leaves(schema, reachable(schema, schema.query_type))
    return wanted - held - set(NEVER_FILLED)
