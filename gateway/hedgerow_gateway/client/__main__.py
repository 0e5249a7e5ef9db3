"""hedgerow: the command line client."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack, closing
from pathlib import Path
from typing import NoReturn

from hedgerow.contracts.values import Datum

from hedgerow_gateway.client import audit
from hedgerow_gateway.client.api import Api, ClientError
from hedgerow_gateway.client.demo.company import users
from hedgerow_gateway.client.demo.load import load_demo
from hedgerow_gateway.client.import_orders import ERRORS, RESULTS, Import, Table
from hedgerow_gateway.client.journal import Journal
from hedgerow_gateway.client.order_row import Defaults
from hedgerow_gateway.client.orders_csv import OrderFile
from hedgerow_gateway.client.register_skus import register_missing, skus_of
from hedgerow_gateway.client.token import demo_token

URL = "http://127.0.0.1:8800"
GOOD, COULD_NOT_RUN, SOME_REFUSED, INTERRUPTED = 0, 1, 2, 130
FAULTS = SOME_REFUSED


def main() -> None:
    """Exit codes: 0 all good, 1 could not run, 2 some rows refused or faults found,
    130 interrupted."""
    try:
        code = run(sys.argv[1:])
    except ClientError as wrong:
        print(f"hedgerow: {wrong}", file=sys.stderr)
        code = COULD_NOT_RUN
    except OSError as wrong:
        print(f"hedgerow: {wrong}", file=sys.stderr)
        code = COULD_NOT_RUN
    except (KeyboardInterrupt, asyncio.CancelledError):
        code = INTERRUPTED
    sys.exit(code)


def run(arguments: Sequence[str]) -> int:
    """Raises ClientError."""
    given = _parser().parse_args(arguments)
    match given.command:
        case "demo-token":
            print(demo_token(given.name))
        case "users":
            for name, user in users().items():
                print(f"{name:18}{' '.join(user.groups):36}{user.name}")
        case "load-demo":
            asyncio.run(_load_demo(given))
        case "import-orders":
            return asyncio.run(_import_orders(given))
        case "audit":
            return GOOD if asyncio.run(audit.verify(given)) else FAULTS
    return GOOD


async def _load_demo(given: argparse.Namespace) -> None:
    async with Api(given.url, demo_token("admin"), concurrency=given.concurrency) as api:
        print(await load_demo(api))


async def _import_orders(given: argparse.Namespace) -> int:
    defaults = Defaults(given.datum, given.currency, given.channel, given.wait_for)
    place = (given.state or given.file.parent) / given.file.name
    errors_file = place.with_name(f"{place.name}.errors.csv")
    async with AsyncExitStack() as stack:
        file = stack.enter_context(OrderFile.open(given.file, defaults))
        api, journal, registered_at = None, None, None
        if not given.dry_run:
            api = await stack.enter_async_context(
                Api(given.url, _token(given), concurrency=given.concurrency)
            )
            journal = stack.enter_context(
                Journal(place.with_name(f"{place.name}.progress"), given.url, restart=given.restart)
            )
            if given.register_skus:
                with OrderFile.open(given.file, defaults) as first_pass:
                    wanted = skus_of(first_pass)
                new = await register_missing(api, wanted, unit=given.sku_unit)
                print(f"{len(wanted)} SKUs, {new} of them new.")
                registered_at = asyncio.get_running_loop().time()
        errors = stack.enter_context(closing(Table(errors_file, ERRORS)))
        results = None
        if given.results is not None:
            results = stack.enter_context(
                closing(Table(given.results, RESULTS, keep=not given.restart))
            )
        report = await Import(
            file, journal, errors, results, api, given.concurrency, registered_at
        ).run()
    print(report.sentence(errors_file))
    if report.interrupted:
        return INTERRUPTED
    return SOME_REFUSED if report.refused else GOOD


def _token(given: argparse.Namespace) -> str:
    if given.user:
        return demo_token(given.user)
    if token := os.environ.get("HEDGEROW_TOKEN"):
        return token
    raise ClientError("Who sends the orders? Put a token into HEDGEROW_TOKEN, or use --as USER.")


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """As argparse does, but 2 is the exit code for refused rows."""
        self.print_usage(sys.stderr)
        self.exit(COULD_NOT_RUN, f"{self.prog}: {message}\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="hedgerow", description="Talks to a Hedgerow gateway.")
    commands = parser.add_subparsers(dest="command", required=True)
    gateway = _Parser(add_help=False)
    gateway.add_argument(
        "--url",
        default=os.environ.get("HEDGEROW_URL") or URL,
        help=f"of the gateway; HEDGEROW_URL, else {URL}",
    )
    gateway.add_argument(
        "--concurrency", type=_count, default=16, metavar="N", help="requests at a time; 16"
    )

    token = commands.add_parser("demo-token", help="print a bearer token of a demo user")
    token.add_argument("name", help="`hedgerow users` lists them")
    commands.add_parser("users", help="list the demo users and their roles")
    commands.add_parser("load-demo", parents=[gateway], help="load the demo company")
    audit.add_arguments(commands.add_parser("audit", help="go over the evidence of all services"))
    _add_import(commands.add_parser("import-orders", parents=[gateway], help="import a CSV file"))
    return parser


def _add_import(orders: argparse.ArgumentParser) -> None:
    add = orders.add_argument
    add("file", type=Path, help="CSV, plain or gzip: order_id, lon, lat, lines and more")
    add("--datum", type=Datum, choices=list(Datum), help="of the coordinates, if no column says")
    add("--currency", type=_currency, help="of the unit prices: CNY")
    add("--channel", default="IMPORT", help="of the orders, if no column says; IMPORT")
    add("--dry-run", action="store_true", help="check every row, send nothing")
    add("--register-skus", action="store_true", help="first register the SKUs that are unknown")
    add("--sku-unit", default="pcs", help="unit of the SKUs registered so; pcs")
    add("--wait-for", choices=["SETTLED", "CAPTURED"], default="SETTLED", help="SETTLED")
    add("--as", dest="user", metavar="USER", help="a demo user; else HEDGEROW_TOKEN is used")
    add("--state", type=Path, metavar="DIR", help="where progress and errors go; beside FILE")
    add("--results", type=Path, metavar="CSV", help="write what became of each accepted order")
    add("--restart", action="store_true", help="forget what earlier runs have done")


def _currency(text: str) -> str:
    if not (len(text) == 3 and text.isascii() and text.isalpha() and text.isupper()):
        raise argparse.ArgumentTypeError("three capital letters are needed, such as CNY")
    return text


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 256:
        raise argparse.ArgumentTypeError("a number from 1 to 256 is needed")
    return int(text)


if __name__ == "__main__":
    main()
