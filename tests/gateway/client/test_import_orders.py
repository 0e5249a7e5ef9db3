import asyncio
import csv
import signal

import pytest


def order(number, sourcing="RESERVED"):
    return {
        "id": f"id-{number}",
        "number": f"SO-{number}",
        "state": "PENDING_REVIEW",
        "sourcing": sourcing,
        "plant": {"code": "NGB"} if sourcing == "RESERVED" else None,
    }


def accepted(number, sourcing="RESERVED"):
    made = {"order": order(number, sourcing), "settled": True, "userErrors": []}
    return {"data": {"orderSubmit": made}}


def refused(code, *field):
    said = {"code": code, "message": "Not so.", "field": ["input", *field] or None}
    return {"data": {"orderSubmit": {"order": None, "settled": None, "userErrors": [said]}}}


def ids(peer):
    return [request["variables"]["input"]["customer"]["code"] for request in peer.requests]


@pytest.fixture
def orders(tmp_path):
    """Writes a file of so many orders, some rows replaced."""

    def write(count, **replaced):
        path = tmp_path / "orders.csv"
        rows = [f'A-{n},121.5,29.8,"[[""BRG"",{n + 1}]]"' for n in range(count)]
        for number, row in replaced.items():
            rows[int(number[1:])] = row
        path.write_text("order_id,lon,lat,lines\n" + "\n".join(rows) + "\n")
        return path

    return write


def errors_of(path):
    with open(f"{path}.errors.csv", newline="") as file:
        return list(csv.reader(file))


async def test_every_row_becomes_an_order_and_a_second_run_sends_nothing(
    peer, reply, hedgerow, orders
):
    path = orders(40)
    peer.answer = lambda request: reply(accepted(1))

    first = await hedgerow("import-orders", path, "--datum", "WGS84")
    sent = len(peer.requests)
    second = await hedgerow("import-orders", path, "--datum", "WGS84")

    assert (first.code, first.out) == (0, "40 rows read; 40 accepted (40 RESERVED).\n")
    assert (second.code, second.out) == (0, "40 rows read; 40 done before.\n")
    assert (sent, len(peer.requests)) == (40, 40)
    assert sorted(ids(peer)) == sorted(f"A-{n}" for n in range(40))
    assert len({request["variables"]["key"] for request in peer.requests}) == 40
    assert not path.with_name("orders.csv.errors.csv").exists()


async def test_refused_rows_are_listed_and_tried_again_by_the_next_run(
    peer, reply, hedgerow, orders
):
    path = orders(5, _1="A-1,181,29.8,[]")

    def answer(request):
        if request["variables"]["input"]["customer"]["code"] == "A-3":
            return reply(refused("UNKNOWN_SKU", "lines", "0", "sku"))
        return reply(accepted(1))

    peer.answer = answer
    first = await hedgerow("import-orders", path, "--datum", "WGS84")

    assert first.code == 2
    assert first.out == (
        f"5 rows read; 3 accepted (3 RESERVED); 2 refused, listed in {path}.errors.csv.\n"
    )
    assert errors_of(path) == [
        ["row", "order_id", "field", "message"],
        ["3", "A-1", "lon", "This is no number of degrees from -180 to 180."],
        ["3", "A-1", "lines", "This is no JSON list of [sku, quantity, unit price]."],
        ["5", "A-3", "lines.0.sku", "UNKNOWN_SKU: Not so."],
    ]

    peer.requests.clear()
    peer.answer = lambda request: reply(accepted(1))
    second = await hedgerow("import-orders", path, "--datum", "WGS84")

    assert ids(peer) == ["A-3"]
    assert second.code == 2
    assert [row[1] for row in errors_of(path)[1:]] == ["A-1", "A-1"]


async def test_a_dry_run_checks_every_row_and_sends_and_keeps_nothing(peer, hedgerow, orders):
    path = orders(3, _1="A-1,181,29.8,[]")

    ended = await hedgerow("import-orders", path, "--datum", "WGS84", "--dry-run")

    assert ended.code == 2
    assert ended.out.startswith("3 rows read; 2 good (nothing was sent); 1 refused")
    assert peer.requests == []
    assert not path.with_name("orders.csv.progress").exists()


async def test_ctrl_c_lets_orders_arrive_and_the_next_run_goes_on(peer, reply, hedgerow, orders):
    path = orders(200)

    async def slowly(request):
        await asyncio.sleep(0.05)
        return reply(accepted(1))

    peer.answer = slowly
    process = await hedgerow.start("import-orders", path, "--datum", "WGS84", "--concurrency", 4)
    while len(peer.requests) < 20:
        await asyncio.sleep(0.01)
    process.send_signal(signal.SIGINT)
    first = await hedgerow.end(process)
    sent = len(peer.requests)
    second = await hedgerow("import-orders", path, "--datum", "WGS84")

    assert first.code == 130
    assert "stopped early: run the same command again to go on" in first.out
    assert 20 <= sent < 200
    assert second.code == 0
    assert second.out == (
        f"200 rows read; {sent} done before; {200 - sent} accepted ({200 - sent} RESERVED).\n"
    )
    assert sorted(ids(peer)) == sorted(f"A-{n}" for n in range(200))


async def test_after_a_kill_nothing_is_lost_and_repetitions_carry_their_key(
    peer, reply, hedgerow, orders
):
    path = orders(120)

    async def slowly(request):
        await asyncio.sleep(0.02)
        return reply(accepted(1))

    peer.answer = slowly
    process = await hedgerow.start("import-orders", path, "--datum", "WGS84", "--concurrency", 4)
    while len(peer.requests) < 30:
        await asyncio.sleep(0.01)
    process.kill()
    await hedgerow.end(process)
    second = await hedgerow("import-orders", path, "--datum", "WGS84")

    assert second.code == 0
    assert set(ids(peer)) == {f"A-{n}" for n in range(120)}
    by_key = {}
    for request in peer.requests:
        known = by_key.setdefault(request["variables"]["key"], request["variables"]["input"])
        assert known == request["variables"]["input"]
    assert len(by_key) == 120


async def test_a_token_that_runs_out_ends_the_run_and_keeps_what_is_done(
    peer, reply, hedgerow, orders
):
    path = orders(50)

    def answer(request):
        if len(peer.requests) > 10:
            return reply({"errors": [{"message": "Expired."}]}, 401)
        return reply(accepted(1))

    peer.answer = answer
    first = await hedgerow("import-orders", path, "--datum", "WGS84", "--concurrency", 1)
    peer.answer = lambda request: reply(accepted(1))
    second = await hedgerow("import-orders", path, "--datum", "WGS84")

    assert (first.code, first.err.splitlines()[-1]) == (
        1,
        "hedgerow: The gateway refused the token: Expired.",
    )
    assert second.out == "50 rows read; 10 done before; 40 accepted (40 RESERVED).\n"


@pytest.mark.parametrize(
    ("code", "sentence", "exit_code"),
    [
        ("INTERNAL", "No.", 2),
        ("BAD_USER_INPUT", "Variable '$input' got invalid value 'x'.", 2),
        ("BAD_USER_INPUT", "Cannot query field 'x'.", 1),
        ("COST_LIMIT_EXCEEDED", "Too much.", 1),
    ],
)
async def test_a_fault_of_one_row_spoils_that_row_and_a_wrong_document_the_run(
    peer, reply, hedgerow, orders, code, sentence, exit_code
):
    path = orders(2)
    said = {"errors": [{"message": sentence, "extensions": {"code": code}}], "data": None}
    peer.answer = lambda request: reply(said)

    ended = await hedgerow("import-orders", path, "--datum", "WGS84", "--concurrency", 1)

    assert ended.code == exit_code
    if exit_code == 2:
        assert [row[3] for row in errors_of(path)[1:]] == [f"{code}: {sentence}"] * 2


async def test_results_say_what_became_of_each_order(peer, reply, hedgerow, orders, tmp_path):
    path, results = orders(2), tmp_path / "results.csv"
    peer.in_turn(reply(accepted(7)), reply(accepted(8, "UNROUTABLE")))

    ended = await hedgerow(
        "import-orders", path, "--datum", "WGS84", "--concurrency", 1, "--results", results
    )

    assert ended.out == "2 rows read; 2 accepted (1 RESERVED, 1 UNROUTABLE).\n"
    assert results.read_text().splitlines() == [
        "row,order_id,id,number,state,sourcing,plant",
        "2,A-0,id-7,SO-7,PENDING_REVIEW,RESERVED,NGB",
        "3,A-1,id-8,SO-8,PENDING_REVIEW,UNROUTABLE,",
    ]


async def test_unknown_skus_are_registered_first_and_waited_for(peer, reply, hedgerow, orders):
    path = orders(3, _2='A-2,1,1,"[[""OIL"",1],[""BRG"",1]]"')
    known = {"nodes": [{"sku": "BRG"}], "pageInfo": {"hasNextPage": False, "endCursor": None}}
    submitted = []

    def answer(request):
        if "skus(first" in request["query"]:
            return reply({"data": {"skus": known}})
        if "skuRegister" in request["query"]:
            return reply({"data": {"skuRegister": {"skus": [], "userErrors": []}}})
        submitted.append(request["variables"]["input"])
        late = len(submitted) == 1
        return reply(refused("UNKNOWN_SKU", "lines") if late else accepted(1))

    peer.answer = answer
    ended = await hedgerow(
        "import-orders", path, "--datum", "WGS84", "--register-skus", "--sku-unit", "件"
    )

    (registered,) = [r for r in peer.requests if "skuRegister" in r["query"]]
    assert registered["variables"]["input"] == {
        "skus": [{"sku": "OIL", "name": "OIL", "unit": "件", "itemClass": "REGULAR"}]
    }
    assert (ended.code, len(submitted)) == (0, 4)
    assert ended.out.splitlines()[0] == "2 SKUs, 1 of them new."


async def test_progress_goes_to_the_folder_that_is_named(peer, reply, hedgerow, orders, tmp_path):
    path, folder = orders(1), tmp_path / "elsewhere"
    folder.mkdir()
    peer.answer = lambda request: reply(accepted(1))

    await hedgerow("import-orders", path, "--datum", "WGS84", "--state", folder)

    assert [each.name for each in folder.iterdir()] == ["orders.csv.progress"]


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["--datum", "EPSG"], 1, "argument --datum"),
        (["--concurrency", "0"], 1, "a number from 1 to 256"),
        (["--currency", "yuan"], 1, "three capital letters"),
        ([], 1, "does not say the datum"),
        (["--datum", "WGS84", "--as", "nobody"], 1, "There is no demo user 'nobody'"),
    ],
)
async def test_a_wrong_command_line_says_what_is_wrong(
    hedgerow, orders, peer, arguments, code, sentence
):
    ended = await hedgerow("import-orders", orders(1), *arguments)

    assert ended.code == code
    assert sentence in ended.err
    assert peer.requests == []
