from __future__ import annotations

from hedgerow.auth import Permission
from hedgerow.contracts.datum import to_wgs84
from hedgerow.contracts.fields import one_line
from hedgerow.contracts.presence import AttestationView, AttestPresence
from hedgerow.contracts.values import PresenceVerdict
from hedgerow.transaction import Transaction
from msgspec.structs import replace

from hedgerow_routing.domain.attestation import attest, check_confirmation, check_fix
from hedgerow_routing.store.attestations import AttestationStore
from hedgerow_routing.store.fences import FenceStore
from hedgerow_routing.store.plants import PlantStore


async def attest_presence(command: AttestPresence, tx: Transaction) -> AttestationView:
    """Say whether the caller is at the plant, and keep where they were. An answer of OUTSIDE is an
    answer: whoever acts on it is turned away later. A confirmation counts for an UNCERTAIN
    position only, and only then is it used up."""
    subject = tx.caller.subject
    grant = tx.caller.grant(command.plant_id, Permission.PLANT_READ, field="plant_id")
    await PlantStore(tx).require(grant)
    command = replace(command, fix=check_fix(command.fix, at=tx.now))
    wgs84 = to_wgs84(command.fix.point, field="fix.point")
    attestations = AttestationStore(tx)
    earlier = None
    if command.confirmation:
        named = one_line(command.confirmation, "confirmation", most=64)
        found = await attestations.find(named)
        earlier = check_confirmation(found, command, subject=subject, at=tx.now)
    distance_m = await FenceStore(tx).presence_m(grant, wgs84)
    made = attest(
        command,
        number=await attestations.number(),
        subject=subject,
        wgs84=wgs84,
        distance_m=distance_m,
        earlier=earlier,
        at=tx.now,
    )
    await attestations.add(grant, made)
    if earlier is not None and made.verdict is PresenceVerdict.CONFIRMED:
        await attestations.use(grant, earlier, at=tx.now)
    return made
