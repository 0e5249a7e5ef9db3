"""docs/walks names files and functions in the order in which they are first called; so do these.

A numbered line of a walk is `NUMBER path function`, and what follows is for the reader. Numbers
with a letter belong to branches that run side by side: each is compared together with the lines
that have no letter.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import httpx
import pytest
from companies import IN_ZHEJIANG, ZHEJIANG, Company, found, order, submit
from hedgerow.service.process import Process, ServiceSettings
from hedgerow.settings import BusSettings, load
from hedgerow_gateway.app import create_app, parts_of
from hedgerow_gateway.settings import GatewaySettings
from hedgerow_local.servers import NatsServer
from suite import Client, Keys
from worlds import SERVICES, Databases, service_of

BASIS = {"type": "EMAIL", "ref": "M-18"}

ROOT = Path(__file__).resolve().parents[2]
WALKS = ROOT / "docs" / "walks"
Calls = list[tuple[str, str]]
DELIVERED = {
    ("services/rma/hedgerow_rma/handlers/on_order_delivered.py", "on_order_delivered"),
    ("services/inventory/hedgerow_inventory/handlers/on_order_delivered.py", "on_orders_delivered"),
}
LINE = re.compile(r"^ *(\d+)([a-z]?) +(\S+\.py) +([A-Za-z_][\w.]*)", re.M)


@dataclass(frozen=True, slots=True)
class Step:
    """branch  a letter, or empty for the trunk"""

    number: int
    branch: str
    path: str
    function: str

    @property
    def where(self) -> tuple[str, str]:
        return self.path, self.function


def steps_of(walk: str) -> list[Step]:
    text = (WALKS / f"{walk}.md").read_text("utf-8")
    return [Step(int(n), branch, path, name) for n, branch, path, name in LINE.findall(text)]


class Recorder:
    """Notes each function of ours when it is first called, while `on`."""

    def __init__(self) -> None:
        self.on = False
        self.called: dict[tuple[str, str], None] = {}
        self._files: dict[str, str] = {}

    def __call__(self, frame: FrameType, event: str, _: Any) -> None:
        if self.on and event == "call":
            code: CodeType = frame.f_code
            path = self._files.get(code.co_filename)
            if path is None:
                file = Path(code.co_filename)
                ours = file.is_relative_to(ROOT) and ".venv" not in file.parts
                path = self._files[code.co_filename] = str(file.relative_to(ROOT)) if ours else ""
            if path:
                self.called.setdefault((path, code.co_qualname))

    @contextmanager
    def installed(self) -> Iterator[None]:
        """In this thread and in those that `asyncio.to_thread` uses meanwhile."""
        loop, before = asyncio.get_running_loop(), sys.getprofile()
        pool = ThreadPoolExecutor(1, initializer=lambda: sys.setprofile(self))
        loop.set_default_executor(pool)
        sys.setprofile(self)
        try:
            yield
        finally:
            sys.setprofile(before)
            loop.set_default_executor(ThreadPoolExecutor())
            pool.shutdown()

    @contextmanager
    def recording(self) -> Iterator[None]:
        self.called.clear()
        self.on = True
        try:
            yield
        finally:
            self.on = False


class OneProcess:
    """What `Company` needs of a suite, with everything in this process."""

    def __init__(self, app: Any, keys: Keys) -> None:
        self._app = app
        self.keys = keys

    @asynccontextmanager
    async def client(
        self, tenant: str, *groups: str, subject: str = "", language: str = "zh"
    ) -> AsyncIterator[Client]:
        token = self.keys.token(subject or "+".join(groups), tenant, *groups)
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self._app),
            base_url="http://hedgerow",
            headers={"Authorization": f"Bearer {token}", "Accept-Language": language},
            timeout=20,
        ) as http:
            yield Client(http)


@pytest.fixture(scope="module")
async def together(workplace: Path, databases: Databases) -> AsyncIterator[OneProcess]:
    folder = workplace / "walks"
    folder.mkdir()
    nats_server = NatsServer.start(folder / "nats")  # two suites on one broker would mix
    keys = Keys(folder)
    processes = []
    for name in SERVICES:
        bus = BusSettings(nats_server.address, nats_server.keys.seed_file(name))
        settings = ServiceSettings(bus, await databases.fresh(name), keys.caller_public)
        processes.append(Process(service_of(name), settings))
        await processes[-1].start()
    told = {
        "HEDGEROW_NATS_URL": nats_server.address,
        "HEDGEROW_NATS_SEED_FILE": str(nats_server.keys.seed_file("gateway")),
        "HEDGEROW_CALLER_KEY_FILE": str(keys.caller),
        "HEDGEROW_ENVIRONMENT": "development",
        "HEDGEROW_DEV_ISSUER_KEY_FILE": str(keys.issuer),
        "HEDGEROW_SETTLE_TIMEOUT_S": "15",
        "HEDGEROW_REQUEST_TIMEOUT_S": "20",
    }
    async with parts_of(load(GatewaySettings, told)) as parts:
        yield OneProcess(create_app(parts), keys)
    for process in processes:
        await process.stop()
    nats_server.remove()


@dataclass
class Walker:
    """Does what a walk tells of, on a company that is ready for it."""

    company: Company
    admin: Client
    recorder: Recorder

    async def submit_order(self) -> None:
        payload = await submit(self.admin, **order("BOLT", 2))
        assert payload["order"]["sourcing"] == "RESERVED", payload

    async def publish_fence(self) -> None:
        await self.admin.done(
            "fencePublish",
            "fence { version }",
            plantId=self.company.plants["NGB"],
            kind="SERVICE_AREA",
            name="main",
            geojson=ZHEJIANG,
            datum="WGS84",
        )

    async def overflow(self) -> None:
        payload = await submit(self.admin, **order("NUT", 10, point=IN_ZHEJIANG))
        (line,) = payload["order"]["lines"]
        assert line["reservations"][0]["location"]["code"] == "HFE", payload

    async def made(self) -> str:
        """An order that only has to be signed for."""
        order_id: str = (await submit(self.admin, **order("BOLT", 10)))["order"]["id"]
        for step in ("LOCK_KIT", "DISPATCH", "RELEASE_QUALITY"):
            await self._step(order_id, step)
        await self.quiet()
        return order_id

    async def delivery_and_return(self, order_id: str) -> None:
        await self._step(order_id, "SIGN", signer="王芳")
        for _ in range(100):  # both branches come before the request, however busy the machine is
            if self.recorder.called.keys() >= DELIVERED:
                break
            await asyncio.sleep(0.1)
        line = {"lineNo": 1, "quantity": "2"}
        asked = {"orderId": order_id, "lines": [line], "reason": "尺寸不符", "basis": BASIS}
        returned = await self._requested(**asked)
        given = {"returnId": returned["return"]["id"]}
        place = self.company.locations["HGH"]
        await self.admin.done("returnReceive", "return { id }", **given, locationId=place)
        found = given | {"accept": True, "lines": [line | {"disposition": "RESTOCKED"}]}
        await self.admin.done("returnInspect", "return { id }", **found)

    async def _requested(self, **asked: Any) -> dict[str, Any]:
        """The delivery reaches the returns service a moment later."""
        for _ in range(100):
            payload = await self.admin.do("returnRequest", "return { id }", **asked)
            if not payload["userErrors"]:
                return payload
            await asyncio.sleep(0.1)
        raise AssertionError(payload)

    async def _step(self, order_id: str, step: str, **more: Any) -> None:
        await self.admin.done(
            "orderTransition", "order { state }", orderId=order_id, step=step, **more
        )

    async def quiet(self) -> None:
        """Until no event has been handled for a second."""
        handled = ("shared/hedgerow/service/reactions.py", "Reactions.handle")
        for _ in range(30):
            with self.recorder.recording():
                await asyncio.sleep(1)
            if handled not in self.recorder.called:
                return
        raise AssertionError("events never come to rest")


@pytest.fixture
async def walker(together: OneProcess) -> AsyncIterator[Walker]:
    recorder = Recorder()
    with recorder.installed():
        company = await found(together)  # type: ignore[arg-type]
        await company.skus("BOLT", "NUT")
        await company.rule()
        await company.stock("BOLT", "HGH", 100)
        await company.stock("NUT", "HGH", 85, safety=80)
        await company.stock("NUT", "HFE", 500)
        async with company.admin() as admin:
            walker = Walker(company, admin, recorder)
            await walker.submit_order()
            await walker.quiet()
            yield walker


async def recorded(walker: Walker, walk: str, action: Callable[[], Awaitable[None]]) -> Calls:
    """First calls, while `action` runs and until its events have had their effects."""
    wanted = {step.where for step in steps_of(walk)}
    with walker.recorder.recording():
        await action()
        for _ in range(200):
            if wanted <= walker.recorder.called.keys():
                break
            await asyncio.sleep(0.1)
    return list(walker.recorder.called)


def check(walk: str, called: Calls) -> None:
    steps = steps_of(walk)
    missing = [step for step in steps if step.where not in called]
    assert not missing, f"never called: {missing}"
    for branch in sorted({step.branch for step in steps}):
        first = min(step.number for step in steps if step.branch == branch)
        wanted = [
            step.where
            for step in steps
            if step.branch == branch or (not step.branch and step.number < first)
        ]
        assert [each for each in called if each in wanted] == wanted, f"branch {branch!r}"


async def test_the_walk_of_a_submission_is_what_happens(walker: Walker) -> None:
    check("submit-order", await recorded(walker, "submit-order", walker.submit_order))


async def test_the_walk_of_a_fence_is_what_happens(walker: Walker) -> None:
    check("publish-fence", await recorded(walker, "publish-fence", walker.publish_fence))


async def test_the_walk_of_an_overflow_is_what_happens(walker: Walker) -> None:
    check("overflow", await recorded(walker, "overflow", walker.overflow))


async def test_the_walk_of_a_return_is_what_happens(walker: Walker) -> None:
    order_id = await walker.made()

    check("return", await recorded(walker, "return", lambda: walker.delivery_and_return(order_id)))


@pytest.mark.parametrize("walk", sorted(file.stem for file in WALKS.glob("*.md")))
def test_the_lines_of_a_walk_are_numbered_in_their_order(walk: str) -> None:
    steps = steps_of(walk)

    assert sorted({step.number for step in steps}) == list(
        range(1, 1 + max(step.number for step in steps))
    )
    for branch in {step.branch for step in steps}:
        numbers = [step.number for step in steps if step.branch == branch]
        assert numbers == sorted(set(numbers))
