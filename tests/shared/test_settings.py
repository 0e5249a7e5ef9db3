from dataclasses import dataclass
from pathlib import Path

import pytest
from hedgerow.settings import BadSettings, BusSettings, load, setting, variables


@dataclass(frozen=True, slots=True)
class Sample:
    bus: BusSettings
    key_file: Path = setting("a key")
    pool: int = setting("connections", default=8)
    strict: bool = setting("refuse more", default=False)


def test_settings_are_typed_and_nested(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("k")

    settings = load(
        Sample,
        {
            "HEDGEROW_NATS_URL": "nats://here",
            "HEDGEROW_KEY_FILE": str(key),
            "HEDGEROW_STRICT": "true",
        },
    )

    assert settings == Sample(BusSettings("nats://here", None, ""), key, 8, True)


def test_every_wrong_variable_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(BadSettings) as wrong:
        load(Sample, {"HEDGEROW_KEY_FILE": str(tmp_path / "none"), "HEDGEROW_POOL": "many"})

    text = str(wrong.value)
    assert "HEDGEROW_NATS_URL is missing: NATS servers" in text
    assert f"HEDGEROW_KEY_FILE is not usable: {tmp_path / 'none'} cannot be read" in text
    assert "HEDGEROW_POOL is not usable" in text
    assert "HEDGEROW_STRICT" not in text


def test_the_reference_lists_every_variable() -> None:
    assert [(name, default) for name, default, _ in variables(Sample)] == [
        ("HEDGEROW_NATS_URL", "required"),
        ("HEDGEROW_NATS_SEED_FILE", "None"),
        ("HEDGEROW_OTLP_ENDPOINT", "''"),
        ("HEDGEROW_KEY_FILE", "required"),
        ("HEDGEROW_POOL", "8"),
        ("HEDGEROW_STRICT", "False"),
    ]
