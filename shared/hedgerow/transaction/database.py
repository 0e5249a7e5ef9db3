"""Connecting to a service's database, and what its errors mean."""

from __future__ import annotations

import asyncpg
import msgspec
from sqlalchemy import URL, NullPool, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine


def _decode_json(raw: str) -> object:
    return msgspec.json.decode(raw)


def _encode_json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def async_url(url: str) -> URL:
    """Accepts postgresql:// and postgres:// as people write them."""
    return make_url(url).set(drivername="postgresql+asyncpg")


def sqlstate(error: BaseException) -> str:
    """The SQLSTATE of a database error, SQLAlchemy's wrapping or not; "" when it has none."""
    inner = getattr(error, "orig", None) or error
    return str(getattr(inner, "sqlstate", None) or "")


def is_lost(error: BaseException) -> bool:
    """Whether `error` says that the database cannot be reached, rather than that it objects.

    The outcome of the transaction is then unknown. Classes 08 and 57P: PostgreSQL manual,
    appendix "PostgreSQL Error Codes".
    """
    if isinstance(error, OSError | PoolTimeout | asyncpg.InterfaceError):
        return True
    if isinstance(error, DBAPIError):
        if error.connection_invalidated or isinstance(error, InterfaceError):
            return True
    elif not isinstance(error, asyncpg.PostgresError):
        return False
    return sqlstate(error).startswith(("08", "57P", "53300"))


def connect(url: str, *, pool_size: int = 8) -> AsyncEngine:
    """An engine with a fixed number of connections; waiting for one ends after 5 seconds."""
    return create_async_engine(
        async_url(url),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=5,
        pool_use_lifo=True,
        json_deserializer=_decode_json,
        json_serializer=_encode_json,
        connect_args={"timeout": 5, "server_settings": {"application_name": "hedgerow"}},
    )


def connect_unpooled(url: str) -> AsyncEngine:
    """One connection at a time, each statement on its own: for the relay and for migrations."""
    return create_async_engine(
        async_url(url),
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
        connect_args={"timeout": 5, "server_settings": {"application_name": "hedgerow"}},
    )
