"""Who is calling, what they may do at which plant, and how a service knows it is true.

The gateway alone knows the user. It states the caller of every request and signs the message
that carries it with Ed25519: the signature covers the audience, the time and every byte of the
body, so a message can neither be changed nor handed to another service, and it is void after
30 seconds.
"""

from hedgerow.auth.caller import (
    Caller,
    Grant,
    NotPermitted,
    PlantGrant,
    Reach,
    StaleAccess,
    TenantGrant,
    WrongGrant,
)
from hedgerow.auth.origin import NOWHERE, SERVICE_PREFIX, Origin, Presence
from hedgerow.auth.permissions import PERMISSIONS, TENANT_ROLES, Permission, Role
from hedgerow.auth.signature import NotAuthentic, Signer, Verifier

__all__ = [
    "NOWHERE",
    "PERMISSIONS",
    "SERVICE_PREFIX",
    "TENANT_ROLES",
    "Caller",
    "Grant",
    "NotAuthentic",
    "NotPermitted",
    "Origin",
    "Permission",
    "PlantGrant",
    "Presence",
    "Reach",
    "Role",
    "Signer",
    "StaleAccess",
    "TenantGrant",
    "Verifier",
    "WrongGrant",
]
