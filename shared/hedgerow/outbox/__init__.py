"""From committed events to the broker: write, relay, send again, tidy up."""

from hedgerow.outbox.relay import Relay
from hedgerow.outbox.upkeep import replay_since, tidy
from hedgerow.outbox.write import Writer

__all__ = ["Relay", "Writer", "replay_since", "tidy"]
