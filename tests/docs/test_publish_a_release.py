"""What docs/how-to/publish-a-release.md asks for is in the schema."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from graphql import build_schema, parse, validate

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "how-to" / "publish-a-release.md").read_text("utf-8")
DOCUMENTS = re.findall(r"^```graphql\n(.*?)^```$", PAGE, re.M | re.S)


def test_the_page_has_a_document_for_each_step():
    assert len(DOCUMENTS) == 6


@pytest.mark.parametrize("number", range(6))
def test_its_documents_fit_the_schema(number: int):
    schema = build_schema((ROOT / "gateway" / "schema.graphql").read_text("utf-8"))

    assert validate(schema, parse(DOCUMENTS[number])) == []
