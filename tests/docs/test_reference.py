"""docs/reference says what the code says."""

from __future__ import annotations

import reference
from hedgerow.auth import Permission, Role
from hedgerow.telemetry import METRICS, Attribute, Metric


def test_the_pages_are_those_that_the_code_gives_now() -> None:
    assert reference.stale() == [], "run `make docs`"


def test_a_stale_page_is_found(tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(reference, "FOLDER", tmp_path)
    for name, text in reference.pages().items():
        (tmp_path / name).write_text(text, "utf-8")
    (tmp_path / "settings.md").write_text("# Settings\n", "utf-8")
    (tmp_path / "telemetry.md").unlink()

    assert reference.stale() == ["settings.md", "telemetry.md"]


def test_every_metric_and_attribute_has_a_meaning() -> None:
    assert set(METRICS) == set(Metric)
    assert all(reference.comments(Attribute).values())
    assert set(reference.comments(Attribute)) == set(Attribute.__members__)


def test_every_permission_and_role_is_in_the_matrix() -> None:
    text = reference.pages()["permissions.md"]

    assert all(f"| `{permission}` |" in text for permission in Permission)
    assert all(f" {role} |" in text for role in Role)


def test_what_docstrings_say_of_fields_stands_beside_the_fields() -> None:
    text = reference.pages()["messages.md"]

    assert "| `signer` | str | who signed for the goods; SIGN needs it; default empty |" in text
    assert "| `datum` | Datum or null | that of the GeoJSON's coordinates; default `null` |" in text
    assert "`PENDING_REVIEW` 待审核 · `KIT_LOCKED` 齐套锁定" in text
