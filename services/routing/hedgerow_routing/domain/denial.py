"""What is kept of a refusal: texts from outside, cut to what a row holds. A refusal is recorded
whatever was asked for, so nothing in it is a reason to refuse again."""

from __future__ import annotations

from datetime import datetime

from hedgerow.auth import Origin
from hedgerow.contracts.access import AccessCaseView, RecordDenial

MOST_ASKED = 20
LONGEST = 200


def new_case(denial: RecordDenial, *, number: str, origin: Origin, at: datetime) -> AccessCaseView:
    return AccessCaseView(
        number=number,
        subject=_kept(denial.subject),
        operation=_kept(denial.operation),
        code=_kept(denial.code),
        asked=tuple(_kept(each) for each in denial.asked[:MOST_ASKED]),
        plant_id=denial.plant_id,
        permission=_kept(denial.permission),
        ip=_kept(origin.ip),
        device=_kept(origin.device),
        request_id=_kept(origin.request_id),
        at=at,
    )


def _kept(text: str) -> str:
    return "".join(each if each.isprintable() else "�" for each in text[:LONGEST])
