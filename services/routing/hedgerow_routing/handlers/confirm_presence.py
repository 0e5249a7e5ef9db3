from __future__ import annotations

from hedgerow.auth import Permission
from hedgerow.contracts.fields import basis as checked_basis
from hedgerow.contracts.fields import one_line
from hedgerow.contracts.presence import AttestationView, ConfirmPresence
from hedgerow.errors import PlantForbidden
from hedgerow.transaction import Transaction

from hedgerow_routing.domain.attestation import confirmed
from hedgerow_routing.store.attestations import AttestationStore


async def confirm_presence(command: ConfirmPresence, tx: Transaction) -> AttestationView:
    """Vouch for somebody else whose position was uncertain."""
    attestations = AttestationStore(tx)
    number = one_line(command.number, "number", most=64)
    found = await attestations.find(number)
    if found is None:
        raise PlantForbidden(field="number", detail=f"no attestation {number}")
    grant = tx.caller.grant(found.plant_id, Permission.PRESENCE_CONFIRM, field="number")
    basis = checked_basis(command.basis, "basis")
    vouched = confirmed(found, by=tx.caller.subject, at=tx.now)
    await attestations.confirm(grant, vouched, basis)
    return vouched
