"""The two servers that Hedgerow stands on, for the runner and for tests."""

from .nats import NatsServer
from .postgres import PostgresServer

__all__ = ["NatsServer", "PostgresServer"]
