from __future__ import annotations

from hedgerow.auth import Permission
from hedgerow.contracts.releases import ReleaseGateSet, ReleaseGateView, SetReleaseGate
from hedgerow.transaction import Transaction

from hedgerow_routing.store.releases import ReleaseStore


async def set_release_gate(command: SetReleaseGate, tx: Transaction) -> ReleaseGateView:
    """Say whether a change may be published alone. As it is already: nothing happens."""
    grant = tx.caller.grant_tenant(Permission.RELEASE_PUBLISH)
    store = ReleaseStore(tx)
    series = await store.lock()
    if series.gate is not command.gate:
        version = await store.set_gate(grant, series.gate, command.gate)
        tx.emit(
            ReleaseGateSet(gate=command.gate),
            aggregate=f"release_gate:{tx.tenant_id}",
            version=version,
            plant_id=None,
        )
    return ReleaseGateView(gate=command.gate, in_force=series.last)
