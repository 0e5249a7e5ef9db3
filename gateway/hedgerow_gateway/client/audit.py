"""hedgerow audit verify: go over the evidence of all services, believing nothing in the databases.

It needs the databases, so it runs where the services are installed (`hedgerow[service]`).
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hedgerow.bus import Bus
from hedgerow.errors import Unavailable
from tqdm import tqdm

from hedgerow_gateway.client.api import ClientError

OWNERS = ("orders", "inventory", "routing", "rma")
MOST_SHOWN = 20


def add_arguments(audit: argparse.ArgumentParser) -> None:
    verbs = audit.add_subparsers(dest="verb", required=True)
    add = verbs.add_parser(
        "verify", help="find every edit, deletion and rewritten chain"
    ).add_argument
    add("--from-anchor", type=_number, default=1, metavar="N", help="leave out older anchors; 1")
    add("--owner", action="append", choices=OWNERS, help="only this service; may be repeated")
    add("--log", action="append", type=Path, default=[], help="a service's log with anchors in it")
    add(
        "--database",
        action="append",
        type=_named,
        default=[],
        metavar="SERVICE=NAME",
        help="if it is not called hedgerow_SERVICE; may be repeated",
    )
    add(
        "--keys",
        type=Path,
        default=os.environ.get("HEDGEROW_ANCHOR_KEYS"),
        help="folder with anchor-<service>.pub.pem; HEDGEROW_ANCHOR_KEYS",
    )


async def verify(given: argparse.Namespace) -> bool:
    """Whether there is no fault; prints what was gone over, and the faults. Raises ClientError."""
    try:
        from hedgerow.evidence.auditing import Auditing, CannotAudit
    except ImportError as missing:
        raise ClientError(
            f"The audit reads databases: install hedgerow[service] ({missing})."
        ) from missing
    url = os.environ.get("HEDGEROW_POSTGRES_URL")
    if not url or given.keys is None:
        raise ClientError(
            "Name the databases in HEDGEROW_POSTGRES_URL (a role that sees past row security) and "
            "the folder with the anchors' public keys in HEDGEROW_ANCHOR_KEYS."
        )
    auditing = Auditing(
        url, Path(given.keys), dict(given.database), tuple(given.log), given.from_anchor
    )
    bus = await _bus()
    try:
        reports = [await _audit(auditing, owner, bus) for owner in given.owner or OWNERS]
    except (CannotAudit, Unavailable) as wrong:
        raise ClientError(getattr(wrong, "detail", "") or str(wrong)) from wrong
    finally:
        if bus is not None:
            await bus.close()
    for report in reports:
        _tell(report, published=bus is not None or bool(given.log))
    return not any(report.faults for report in reports)


async def _bus() -> Bus | None:
    """To read what was published; None when no broker is named. Raises ClientError."""
    url = os.environ.get("HEDGEROW_NATS_URL")
    if not url:
        return None
    seed = os.environ.get("HEDGEROW_NATS_SEED_FILE")
    try:
        return await Bus.connect(url, name="audit", seed_file=Path(seed) if seed else None)
    except Unavailable as down:
        raise ClientError(down.detail or str(down)) from down


async def _audit(auditing: Any, owner: str, bus: Bus | None) -> Any:
    bars: list[tqdm[Any]] = []

    def begin(total: int) -> Callable[[int], object]:
        bars.append(tqdm(total=total, desc=owner, unit="entries", disable=None))
        return bars[0].update

    try:
        return await auditing.run(owner, bus, begin)
    finally:
        for bar in bars:
            bar.close()


def _tell(report: Any, *, published: bool) -> None:
    outside = f", {report.published} published ones compared" if published else ""
    print(
        f"{report.owner}: {report.entries} entries in {report.chains} chains, "
        f"{report.anchors} anchors{outside}: "
        + (f"{len(report.faults)} FAULTS" if report.faults else "no fault")
    )
    for fault in report.faults[:MOST_SHOWN]:
        what = f"anchor {fault.seq}" if fault.stream == "*" else f"{fault.stream} entry {fault.seq}"
        print(f"  {fault.kind} {what}: {fault.detail}")
    if len(report.faults) > MOST_SHOWN:
        print(f"  … and {len(report.faults) - MOST_SHOWN} more")


def _named(text: str) -> tuple[str, str]:
    owner, _, name = text.partition("=")
    if owner not in OWNERS or not name:
        raise argparse.ArgumentTypeError(
            f"SERVICE=NAME, where SERVICE is one of {', '.join(OWNERS)}"
        )
    return owner, name


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError("the number of an anchor is needed, from 1")
    return int(text)
