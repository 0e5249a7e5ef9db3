from __future__ import annotations

from collections.abc import Sequence

from hedgerow.auth import Permission
from hedgerow.contracts.access import AccessCaseView, AccessDenied, RecordDenial
from hedgerow.errors import Refused
from hedgerow.service import batched
from hedgerow.transaction import Ask, Transaction

from hedgerow_routing.domain.denial import new_case
from hedgerow_routing.store.cases import CaseStore
from hedgerow_routing.store.refusals import ServicesOnly, grant_to_service


@batched()
async def record_denial(
    asks: Sequence[Ask[RecordDenial]], tx: Transaction
) -> list[AccessCaseView | Refused]:
    """Give each refusal the number that the refused may quote."""
    answers: list[AccessCaseView | Refused] = [ServicesOnly(detail="") for _ in asks]
    allowed = [n for n, ask in enumerate(asks) if ask.caller.is_service]
    if not allowed:
        return answers
    grant = grant_to_service(asks[allowed[0]].caller, Permission.ACCESS_READ)
    store = CaseStore(tx)
    made = []
    for position, number in zip(allowed, await store.numbers(len(allowed)), strict=True):
        denial = asks[position].message
        case = new_case(denial, number=number, origin=tx.source(denial).origin, at=tx.now)
        answers[position] = case
        made.append((case, denial))
        tx.emit(
            AccessDenied(case=case),
            aggregate=f"case:{number}",
            version=1,
            plant_id=case.plant_id,
            because=denial,
        )
    await store.add(grant, made)
    return answers
