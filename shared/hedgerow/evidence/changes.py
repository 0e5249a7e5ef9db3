"""What evidence says of a change: field -> (before, after), and of no field that stayed the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Differences = dict[str, tuple[Any, Any]]


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Differences:
    """Of the fields in `after`."""
    return {name: (before[name], value) for name, value in after.items() if before[name] != value}


def beginnings(after: Mapping[str, Any]) -> Differences:
    """Of what is new: all that it was given. What is empty was not."""
    return {name: (None, value) for name, value in after.items() if not _is_empty(value)}


def _is_empty(value: Any) -> bool:
    return value is None or value is False or value in ("", ())
