"""Checks of input fields that only orders have. See hedgerow.contracts.fields for the others."""

from __future__ import annotations

from hedgerow.contracts.fields import one_line, text
from hedgerow.contracts.values import Basis
from hedgerow.errors import Invalid


class BasisRequired(Invalid):
    code = "BASIS_REQUIRED"


def basis(value: Basis, field: str) -> Basis:
    """A type and the number of what it names; both are needed. Raises BasisRequired, BadText."""
    for name, given in (("ref", value.ref), ("type", value.type)):
        if not given.strip():
            raise BasisRequired(
                "This change needs its basis: what it rests on, and the number of that.",
                "此变更需要依据：依据类型及其编号",
                field=f"{field}.{name}",
            )
    return Basis(
        type=one_line(value.type, f"{field}.type", most=100),
        ref=one_line(value.ref, f"{field}.ref", most=100),
        note=text(value.note, f"{field}.note", most=2000, blank=True),
    )
