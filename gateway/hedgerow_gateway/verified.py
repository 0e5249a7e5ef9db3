"""What a token says of its bearer, once it is believed."""

from __future__ import annotations

from dataclasses import dataclass

from hedgerow.contracts.values import TenantId

from hedgerow_gateway.claims import Claimed


@dataclass(frozen=True, slots=True)
class Verified:
    """claimed  roles that its groups stand for, sorted; unknown: groups that stand for none
    expires_at  Unix time; kept_until is monotonic time
    """

    subject: str
    tenant_id: TenantId
    claimed: tuple[Claimed, ...]
    unknown: int
    expires_at: float
    kept_until: float
