"""What the gateway is told through its environment."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hedgerow.settings import BusSettings, setting

DEVELOPMENT = "development"


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    bus: BusSettings
    caller_key_file: Path = setting("private Ed25519 key (PEM) that signs for the callers")
    host: str = setting("address to listen on", default="127.0.0.1")
    port: int = setting("port to listen on", default=8800)
    environment: str = setting(
        "production, or development: GraphiQL, introspection, demo logins", default="production"
    )
    dev_issuer_key_file: Path | None = setting(
        "public or private Ed25519 key (PEM) of the demo logins; needs development", default=None
    )
    oidc_issuers: str = setting(
        "who may issue tokens: issuer=jwks_url, separated by commas, or a JSON list of objects "
        "with issuer, jwks_url, audience, tenant_claim, groups_claim, group_roles, direct_roles",
        default="",
    )
    oidc_audience: str = setting("the aud of their tokens", default="hedgerow")
    oidc_tenant_claim: str = setting(
        "claim that holds the tenant's UUID", default="hedgerow_tenant"
    )
    oidc_groups_claim: str = setting("claim that lists the groups of a user", default="groups")
    oidc_group_roles: str = setting(
        "what the groups stand for: a JSON object, group -> list of role or role@PLANTCODE; an "
        "issuer's own group_roles replace it",
        default="",
    )
    oidc_direct_roles: bool = setting(
        "whether groups that are not mapped count when they are named like roles: role, or "
        "role@PLANTCODE",
        default=True,
    )
    trusted_proxies: str = setting(
        "networks (CIDR), separated by commas, whose X-Forwarded-For is believed", default=""
    )
    allowed_origins: str = setting(
        "origins of other sites whose pages may call, separated by commas", default=""
    )
    max_body_bytes: int = setting("largest request body, bytes", default=256 * 1024)
    max_fence_body_bytes: int = setting(
        "the same for callers who may publish fences, bytes", default=4 * 1024 * 1024
    )
    request_timeout_s: float = setting("time for one request, seconds", default=5.0)
    settle_timeout_s: float = setting(
        "how long orderSubmit waits for plant and stock, seconds", default=1.2
    )
    coalesce: bool = setting(
        "requests of one event-loop tick share a bus message; off only to measure", default=True
    )
    subgraph: bool = setting(
        "also answer _service and _entities, for a federation router", default=False
    )

    @property
    def development(self) -> bool:
        return self.environment == DEVELOPMENT

    def origins(self) -> tuple[str, ...]:
        return tuple(part.strip() for part in self.allowed_origins.split(",") if part.strip())


def faults(settings: GatewaySettings) -> list[str]:
    """What is readable but makes no sense; empty when all is well."""
    found: list[str] = []
    if settings.environment not in (DEVELOPMENT, "production"):
        found.append("HEDGEROW_ENVIRONMENT is neither development nor production")
    if settings.dev_issuer_key_file is not None and not settings.development:
        found.append("HEDGEROW_DEV_ISSUER_KEY_FILE is for development only")
    if not settings.development and not settings.oidc_issuers:
        found.append("HEDGEROW_OIDC_ISSUERS is missing: nobody could log in")
    for name in ("max_body_bytes", "max_fence_body_bytes", "request_timeout_s"):
        if getattr(settings, name) <= 0:
            found.append(f"HEDGEROW_{name.upper()} is not above 0")
    return found
