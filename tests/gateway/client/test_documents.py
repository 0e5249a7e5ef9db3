"""Every document of the client fits the schema that the gateway publishes."""

from pathlib import Path

import pytest
from graphql import build_schema, parse, validate
from hedgerow_gateway.client import import_orders, register_skus
from hedgerow_gateway.client.demo import documents

SCHEMA = Path(__file__).parents[3] / "gateway" / "schema.graphql"
DOCUMENTS = {
    f"{module.__name__.rpartition('.')[2]}.{name}": text
    for module in (documents, import_orders, register_skus)
    for name, text in vars(module).items()
    if isinstance(text, str) and name.isupper() and text.lstrip().startswith(("query", "mutation"))
}


@pytest.fixture(scope="module")
def schema():
    return build_schema(SCHEMA.read_text())


def test_no_document_is_overlooked():
    assert len(DOCUMENTS) == 22


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_is_valid(schema, name):
    assert validate(schema, parse(DOCUMENTS[name])) == []


@pytest.mark.parametrize("name", [each for each, text in DOCUMENTS.items() if "mutation" in text])
def test_a_mutation_can_be_repeated_and_says_what_was_refused(name):
    assert "@idempotent(key: $key)" in DOCUMENTS[name]
    assert "userErrors { code message field }" in DOCUMENTS[name]
