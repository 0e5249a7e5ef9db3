"""What the gateway is made of while it runs."""

from __future__ import annotations

from dataclasses import dataclass

from hedgerow.auth import Origin
from hedgerow.bus import Bus

from hedgerow_gateway.context import Context
from hedgerow_gateway.denials import Denials
from hedgerow_gateway.execution.engine import Engine
from hedgerow_gateway.live import Live
from hedgerow_gateway.login import Login, Session
from hedgerow_gateway.origin import Proxies
from hedgerow_gateway.settings import GatewaySettings


@dataclass(frozen=True, slots=True)
class Parts:
    settings: GatewaySettings
    bus: Bus
    engine: Engine
    live: Live
    login: Login
    proxies: Proxies
    denials: Denials

    def context(self, session: Session, language: str, origin: Origin) -> Context:
        return Context(
            bus=self.bus,
            live=self.live,
            denials=self.denials,
            session=session,
            language=language,
            origin=origin,
            timeout_s=self.settings.request_timeout_s,
            settle_s=self.settings.settle_timeout_s,
        )
