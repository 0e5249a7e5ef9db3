"""PostgreSQL with PostGIS, and NATS with JetStream, as tests and the runner start them."""

import re
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import nats
import pytest
from hedgerow_local.nats import check_version, greeting
from hedgerow_local.places import NATS_CONF
from hedgerow_local.postgres_data import data_of
from hedgerow_local.servers import NatsServer, PostgresServer
from hedgerow_local.trouble import Trouble


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    server = PostgresServer.start(tmp_path_factory.mktemp("postgres"), fsync=False)
    yield server
    server.remove()
    assert not server.data.exists()
    assert not server.directory.exists()


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NatsServer]:
    server = NatsServer.start(tmp_path_factory.mktemp("nats"))
    yield server
    server.remove()
    assert not server.directory.exists()


async def test_postgis_measures_on_the_ellipsoid(postgres: PostgresServer) -> None:
    connection = await asyncpg.connect(postgres.admin_url)
    await connection.execute("create extension if not exists postgis")

    metres = await connection.fetchval(
        "select st_distance('point(121.55 29.88)'::geography, 'point(120.62 31.30)'::geography)"
    )

    assert metres == pytest.approx(180_776, abs=1_500)
    await connection.close()


async def test_a_killed_postgres_keeps_what_it_committed(postgres: PostgresServer) -> None:
    connection = await asyncpg.connect(postgres.admin_url)
    await connection.execute("create table kept as select 1 as n")
    url, pid = postgres.admin_url, postgres.pid

    postgres.kill()

    assert not postgres.alive()
    postgres.restart()
    assert postgres.admin_url == url
    assert postgres.pid != pid
    again = await asyncpg.connect(url)
    assert await again.fetchval("select n from kept") == 1
    await again.close()


async def test_a_wrong_password_is_refused(postgres: PostgresServer) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(
            postgres.admin_url.replace("postgres:", "postgres:x", 1), password="x"
        )


async def test_a_pid_file_that_names_a_stranger_is_cleared(tmp_path: Path) -> None:
    server = PostgresServer.start(tmp_path / "stale", fsync=False)
    server.kill()
    pid_file = data_of(tmp_path / "stale") / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    pid_file.write_text("\n".join(["1", *lines[1:]]))

    server.restart()

    assert server.alive()
    server.remove()


async def test_jetstream_keeps_messages_over_a_kill(broker: NatsServer) -> None:
    client = await nats.connect(broker.url)
    stream = client.jetstream()
    await stream.add_stream(name="KEPT", subjects=["kept.>"])
    await stream.publish("kept.one", b"1")
    await client.close()
    url = broker.url

    broker.kill()
    broker.restart()

    assert broker.url == url
    client = await nats.connect(url)
    assert (await client.jetstream().stream_info("KEPT")).state.messages == 1
    await client.close()


async def test_nats_refuses_whoever_has_no_password(broker: NatsServer) -> None:
    with pytest.raises(nats.errors.Error, match="Authorization Violation"):
        await nats.connect(
            f"nats://127.0.0.1:{broker.port}", max_reconnect_attempts=0, allow_reconnect=False
        )


def test_nats_runs_with_the_settings_of_our_file(broker: NatsServer) -> None:
    limit = re.search(r"^max_payload: (\d+)MB$", NATS_CONF.read_text(), re.MULTILINE)

    assert limit is not None
    assert greeting(broker.port)["max_payload"] == int(limit[1]) * 1024 * 1024


def test_a_nats_server_that_is_too_old_is_named_with_the_cure() -> None:
    with pytest.raises(Trouble, match=r"at /usr/bin is 2\.9\.10; Hedgerow needs 2\.12") as refused:
        check_version("2.9.10", "at /usr/bin")

    assert "make setup" in refused.value.cure


def test_the_acknowledged_interval_is_always_written_in_the_configuration() -> None:
    assert "sync_interval: $NATS_SYNC_INTERVAL" in NATS_CONF.read_text()
