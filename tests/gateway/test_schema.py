"""What the schema promises to everybody who reads it."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    build_schema,
    get_named_type,
    parse,
)
from hedgerow.contracts import orders as order_contract
from hedgerow.errors import Refused
from hedgerow_gateway import __main__ as command
from hedgerow_gateway.schema.build import build_schema as build_gateway_schema
from hedgerow_gateway.schema.order_events import OrderEventKind
from hedgerow_gateway.schema.order_labels import LABELS

ROOTS = {"Query", "Mutation", "Subscription"}
FOLDER = Path(command.__file__).resolve().parents[1]
SCHEMA = build_gateway_schema()._schema
TYPES = [
    kind
    for kind in SCHEMA.type_map.values()
    if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType)
    and not kind.name.startswith("__")
]
FIELDS = [(kind.name, name, each) for kind in TYPES for name, each in kind.fields.items()]
MUTATIONS = list(SCHEMA.mutation_type.fields.items())


def test_the_printed_schemas_are_those_that_are_served():
    assert command.write_schema(FOLDER, check=True) == 0


def test_a_stale_schema_is_noticed(tmp_path, capsys):
    assert command.write_schema(tmp_path, check=True) == 1
    assert "stale" in capsys.readouterr().err
    assert command.write_schema(tmp_path, check=False) == 0
    assert command.write_schema(tmp_path, check=True) == 0


@pytest.mark.parametrize("name", ["schema.graphql", "subgraph.graphql"])
def test_the_printed_schemas_can_be_read(name):
    assert parse((FOLDER / name).read_text("utf-8")).definitions


def test_the_api_has_no_trace_of_federation():
    printed = build_schema((FOLDER / "schema.graphql").read_text("utf-8"))

    assert "_entities" not in printed.query_type.fields
    assert printed.get_type("_Any") is None


def test_every_node_has_a_key_in_the_subgraph():
    printed = (FOLDER / "subgraph.graphql").read_text("utf-8")
    nodes = [kind.name for kind in SCHEMA.get_possible_types(SCHEMA.type_map["Node"])]

    assert sorted(nodes) == [
        "InventoryLevel", "Location", "Order", "Plant", "Rma", "RoutingDecision", "Sku",
    ]  # fmt: skip
    for name in nodes:
        assert f'type {name} implements Node @key(fields: "id")' in printed


@pytest.mark.parametrize(("kind", "name", "each"), FIELDS, ids=[f"{k}.{n}" for k, n, _ in FIELDS])
def test_every_field_is_described_and_labelled(kind, name, each):
    assert each.description
    if kind not in ROOTS:
        (label,) = each.extensions["strawberry-definition"].directives
        assert label.zh.strip()
        assert label.en.strip()


def test_every_type_and_every_scalar_is_described():
    bare = [
        kind.name
        for kind in SCHEMA.type_map.values()
        if not kind.description and not kind.name.startswith("__")
    ]

    assert bare == []


def test_scalars_of_ours_say_how_they_are_written():
    ours = {"DateTime", "Decimal", "GeoJSON"}

    assert ours <= {k.name for k in SCHEMA.type_map.values() if isinstance(k, GraphQLScalarType)}


@pytest.mark.parametrize(("name", "each"), MUTATIONS, ids=[name for name, _ in MUTATIONS])
def test_every_mutation_takes_one_input_and_answers_with_a_payload(name, each):
    title = name[0].upper() + name[1:]
    payload = each.type
    errors = payload.fields["userErrors"].type
    error = get_named_type(errors)

    assert list(each.args) == ["input"]
    assert str(each.args["input"].type) == f"{title}Input!"
    assert payload.name == f"{title}Payload"
    assert str(errors) == f"[{title}UserError!]!"
    assert [face.name for face in error.interfaces] == ["UserError"]
    assert str(error.fields["code"].type) == f"{title}UserErrorCode!"
    others = [one for key, one in payload.fields.items() if key != "userErrors"]
    assert not any(isinstance(one.type, GraphQLNonNull) for one in others)


def test_what_crosses_to_a_service_may_be_null():
    wrong = [
        f"{kind}.{name}"
        for kind, name, each in FIELDS
        if (definition := each.extensions["strawberry-definition"]).base_resolver is not None
        and "info" in definition.base_resolver.signature.parameters
        and isinstance(each.type, GraphQLNonNull)
        and name not in ("stateLabel", "reasons", "orderEvents", "overflowEvents")
        and name != "simulationProgress"
    ]

    assert wrong == []


def test_inputs_are_optional_where_they_have_a_default():
    wrong = [
        f"{kind}.{name}"
        for kind, name, each in FIELDS
        if isinstance(SCHEMA.type_map[kind], GraphQLInputObjectType)
        and "default" in (each.description or "").lower()
        and "no default" not in each.description
    ]

    assert wrong == []
    assert "= null" not in (FOLDER / "schema.graphql").read_text("utf-8")


def test_every_event_of_an_order_has_a_kind():
    events = {
        kind.SUBJECT.split(".")[3]
        for kind in vars(order_contract).values()
        if isinstance(kind, type)
        and issubclass(kind, order_contract.OrderEvent)
        and hasattr(kind, "SUBJECT")
    }

    assert {kind.value for kind in OrderEventKind} == events


def test_every_state_has_its_words():
    assert set(LABELS) == set(order_contract.OrderState)


# Codes of refusals that no mutation answers with: they belong to queries and lists.
OF_QUERIES = {"CURSOR", "PAGE_SIZE", "SERVICES_ONLY", "WIDTH_INVALID"}
SERVED_BY = {
    "orders": ("orderSubmit", "orderCancel", "orderTransition"),
    "inventory": ("skuRegister", "stockReceive", "stockAdjust", "safetyLevelSet", "supplyRecord"),
    "routing": (
        "plantCreate", "locationCreate", "fencePublish", "overflowRulePublish",
        "overflowRuleRetire", "routingLimitsSet", "areaCreate", "plantAreaSet", "roleGrant",
        "roleRevoke", "plantBind", "presencePolicyPublish", "presenceConfirm", "stockReceive",
        "divisionsImport", "releaseDraft", "releaseChangesSet", "releaseSimulate",
        "releaseOverride", "releasePublish", "releaseGateSet", "releaseRollback",
    ),
    "rma": ("returnRequest", "returnDecide", "returnReceive", "returnInspect"),
}  # fmt: skip


@pytest.mark.parametrize("service", sorted(SERVED_BY))
def test_every_refusal_of_a_service_is_a_code_of_one_of_its_mutations(service):
    for module in pkgutil.walk_packages(
        importlib.import_module(f"hedgerow_{service}").__path__, f"hedgerow_{service}."
    ):
        if "migrations" not in module.name and not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    codes = {
        kind.code
        for kind in _subclasses(Refused)
        if kind.__module__.startswith(f"hedgerow_{service}.")
    }
    known: set[str] = set()
    for mutation in SERVED_BY[service]:
        title = mutation[0].upper() + mutation[1:]
        kind = SCHEMA.type_map[f"{title}UserErrorCode"]
        assert isinstance(kind, GraphQLEnumType)
        known |= set(kind.values)

    assert codes - known - OF_QUERIES == set()


def _subclasses(kind: type) -> set[type]:
    return {kind, *(each for below in kind.__subclasses__() for each in _subclasses(below))}
