"""Typed settings from the environment; every wrong name is reported at once."""

from __future__ import annotations

import os
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

S = TypeVar("S")

PREFIX = "HEDGEROW_"


class BadSettings(Exception):
    """The environment cannot be used. Its text lists every fault, one a line."""


def setting(meaning: str, *, default: Any = MISSING) -> Any:
    """A field of a settings class. `meaning` is shown in the reference: say the unit."""
    if default is MISSING:
        return field(metadata={"meaning": meaning})
    return field(default=default, metadata={"meaning": meaning})


@dataclass(frozen=True, slots=True)
class BusSettings:
    """Every process that talks to NATS."""

    nats_url: str = setting("NATS servers, separated by commas: nats://127.0.0.1:4222")
    nats_seed_file: Path | None = setting(
        "nkey seed of this process; not set: the credentials in the URL", default=None
    )
    otlp_endpoint: str = setting("OTLP over HTTP goes here; empty: no traces, no push", default="")


def load(kind: type[S], environment: Mapping[str, str] | None = None) -> S:
    """Read `kind`, a frozen dataclass, from HEDGEROW_<FIELD>; nested settings share the prefix.

    Understands str, int, float, bool (true/false) and Path (a readable file or folder).
    Raises BadSettings naming every variable that is missing or malformed.
    """
    env = os.environ if environment is None else environment
    faults: list[str] = []
    built = _load(kind, env, faults)
    if faults:
        raise BadSettings("The settings are not usable:\n  " + "\n  ".join(sorted(faults)))
    return typing.cast(S, built)


def variables(kind: type[Any]) -> list[tuple[str, str, str]]:
    """(variable, default or "required", meaning) of every setting of `kind`, for the reference."""
    hints = typing.get_type_hints(kind)
    listed: list[tuple[str, str, str]] = []
    for each in fields(kind):
        if hasattr(hints[each.name], "__dataclass_fields__"):
            listed += variables(hints[each.name])
        else:
            default = "required" if each.default is MISSING else repr(each.default)
            listed.append((_variable(each), default, str(each.metadata.get("meaning", ""))))
    return listed


def _load(kind: type[Any], env: Mapping[str, str], faults: list[str]) -> Any:
    hints = typing.get_type_hints(kind)
    values: dict[str, Any] = {}
    before = len(faults)
    for each in fields(kind):
        wanted = hints[each.name]
        if hasattr(wanted, "__dataclass_fields__"):
            values[each.name] = _load(wanted, env, faults)
            continue
        raw = env.get(_variable(each))
        if raw is None or raw == "":
            if each.default is MISSING:
                faults.append(f"{_variable(each)} is missing: {each.metadata.get('meaning', '')}")
            else:
                values[each.name] = each.default
            continue
        try:
            values[each.name] = _READERS[_plain(wanted)](raw)
        except ValueError as wrong:
            faults.append(f"{_variable(each)} is not usable: {wrong}")
    return kind(**values) if len(faults) == before else None


def _variable(each: Field[Any]) -> str:
    return PREFIX + each.name.upper()


def _plain(wanted: Any) -> Any:
    """`Path | None` reads as Path."""
    if isinstance(wanted, types.UnionType):
        return next(part for part in typing.get_args(wanted) if part is not type(None))
    return wanted


def _bool(raw: str) -> bool:
    if raw.lower() in {"true", "1"}:
        return True
    if raw.lower() in {"false", "0"}:
        return False
    raise ValueError(f"{raw!r} is neither true nor false")


def _path(raw: str) -> Path:
    path = Path(raw)
    if not os.access(path, os.R_OK):
        raise ValueError(f"{raw} cannot be read")
    return path


_READERS: dict[type, Callable[[str], Any]] = {
    str: str,
    int: int,
    float: float,
    bool: _bool,
    Path: _path,
}
