"""infra/nats.conf gives each program exactly what its table of messages needs."""

from __future__ import annotations

import re

import pytest
from hedgerow.bus.streams import stream_of
from hedgerow_local.places import NATS_CONF
from worlds import SERVICES, service_of

USERS = re.compile(
    r"\{\s*nkey: \$HEDGEROW_NKEY_(?P<name>\w+)\s*permissions: \{"
    r"\s*publish: \[(?P<publish>[^\]]*)\]\s*subscribe: \[(?P<subscribe>[^\]]*)\]"
    r"(?P<rest>[^}]*\}?)"
)
# What access and presence policies changed is for every service, with or without a reaction yet.
FOR_ALL = {"routing"}
ANSWERS = 'allow_responses: { max: 256, expires: "60s" }'


def lists() -> dict[str, tuple[list[str], list[str], str]]:
    """member -> what it may publish, what it may subscribe to, and the rest of its rights"""
    quoted = re.compile(r'"([^"]*)"')
    return {
        found["name"].lower(): (
            quoted.findall(found["publish"]),
            quoted.findall(found["subscribe"]),
            found["rest"].strip(),
        )
        for found in USERS.finditer(NATS_CONF.read_text())
    }


def test_the_file_knows_the_operator_and_five_programs_and_nobody_without_credentials() -> None:
    text = NATS_CONF.read_text()

    assert set(lists()) == {"gateway", *SERVICES}
    assert text.count("nkey:") == 5
    assert re.findall(r"\{ user: (\S+), password: (\S+) \}", text) == [
        ("hedgerow", "$NATS_PASSWORD")
    ]
    assert text.count("password:") == 1
    assert "no_auth_user" not in text


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_may_publish_what_its_table_needs_and_nothing_else(name: str) -> None:
    service = service_of(name)
    publish, _, rest = lists()[name]

    wanted = {f"hedgerow.evt.{name}.>", f"hedgerow.anchor.{name}.v1", f"_INBOX_gateway.*.{name}.*"}
    for stream in (stream_of(name), "HEDGEROW_ANCHORS"):
        wanted |= {f"$JS.API.STREAM.{verb}.{stream}" for verb in ("CREATE", "INFO")}
    wanted |= {
        "$JS.API.STREAM.MSG.GET.HEDGEROW_ANCHORS",
        "$JS.API.DIRECT.GET.HEDGEROW_ANCHORS",
        "$JS.API.DIRECT.GET.HEDGEROW_ANCHORS.hedgerow.anchor.>",
    }
    for owner in {*service.listens_to(), *FOR_ALL}:
        consumer = f"{stream_of(owner)}.{name}"
        wanted |= {
            f"$JS.API.CONSUMER.DURABLE.CREATE.{consumer}",
            f"$JS.API.CONSUMER.INFO.{consumer}",
            f"$JS.API.CONSUMER.MSG.NEXT.{consumer}",
            f"$JS.ACK.{consumer}.>",
        }
    assert sorted(publish) == sorted(wanted)
    assert rest == ANSWERS


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_hears_its_own_inboxes_and_requests_shared_with_its_own_kind(name: str) -> None:
    service = service_of(name)
    _, subscribe, _ = lists()[name]

    assert sorted(subscribe) == sorted(
        [
            f"_INBOX_{name}.>",
            f"hedgerow.cmd.{name}.> {name}",
            f"hedgerow.qry.{name}.> {name}",
            f"hedgerow.mix.{name}.v1 {name}",
            f"hedgerow.ping.{name}.v1 {name}",
        ]
    )
    for message in (*service.commands, *service.queries):
        _, kind, owner, *_ = message.SUBJECT.split(".")
        assert f"hedgerow.{kind}.{owner}.> {name}" in subscribe


def test_the_gateway_asks_everybody_and_announces_nothing() -> None:
    publish, subscribe, rest = lists()["gateway"]

    assert publish == ["hedgerow.cmd.>", "hedgerow.qry.>", "hedgerow.mix.>", "hedgerow.ping.>"]
    assert subscribe == [
        "_INBOX_gateway.>",
        "hedgerow.evt.orders.>",
        "hedgerow.evt.inventory.overflow_tripped.v1.>",
        "hedgerow.evt.inventory.overflow_cleared.v1.>",
        "hedgerow.evt.routing.access_changed.v1.>",
        "hedgerow.evt.routing.simulation_progressed.v1.>",
    ]
    assert rest == "}"
