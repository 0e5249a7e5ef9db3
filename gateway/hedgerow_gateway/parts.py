"""What the gateway is made of while it runs."""

from __future__ import annotations

from dataclasses import dataclass

from hedgerow.auth import Caller
from hedgerow.bus import Bus

from hedgerow_gateway.context import Context
from hedgerow_gateway.execution.engine import Engine
from hedgerow_gateway.live import Live
from hedgerow_gateway.login import Login
from hedgerow_gateway.settings import GatewaySettings


@dataclass(frozen=True, slots=True)
class Parts:
    settings: GatewaySettings
    bus: Bus
    engine: Engine
    live: Live
    login: Login

    def context(self, caller: Caller, language: str, request_id: str) -> Context:
        return Context(
            bus=self.bus,
            live=self.live,
            caller=caller,
            language=language,
            request_id=request_id,
            timeout_s=self.settings.request_timeout_s,
            settle_s=self.settings.settle_timeout_s,
        )
