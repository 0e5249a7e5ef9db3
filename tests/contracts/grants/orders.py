"""Calls of the stores of orders."""

from __future__ import annotations

from contracts.grants.write import Write, Writes
from hedgerow.auth import Permission
from hedgerow.contracts.orders import OrderLineView
from hedgerow.contracts.values import Basis, OrderId, new_id
from hedgerow.transaction import Transaction
from hedgerow_orders.domain.lines import KnownSku
from hedgerow_orders.domain.order import Order
from hedgerow_orders.domain.submission import Submission
from hedgerow_orders.store.orders import OrderStore, WholeOrder
from hedgerow_orders.store.skus import SkuStore
from orders.makers import NINGBO, assigned, submit
from worlds import NOON

writes = Writes("orders")


@writes.of("OrderStore.add")
async def _(tx: Transaction) -> Write:
    order = Order.submit(OrderId(new_id()), "HY20260329-9001", by="tester", at=NOON)
    submission = Submission.of(submit(), by="tester", at=NOON)
    line = OrderLineView(
        line_no=1,
        sku="BOLT-M8",
        name="螺栓",
        unit="件",
        quantity=submit().lines[0].quantity,
        unit_price=None,
        custom=False,
    )
    whole = WholeOrder(order, submission, (line,))
    return Write(lambda grant: OrderStore(tx).add([(grant, whole)]), (Permission.ORDER_SUBMIT,))


@writes.of("OrderStore.save")
async def _(tx: Transaction) -> Write:
    orders = OrderStore(tx)
    order = await orders.get((await assigned(tx)).order_id)
    order.request_kit_lock(by="tester", at=NOON)
    return Write(
        lambda grant: orders.save([(grant, order)]), (Permission.ORDER_ADVANCE,), at=NINGBO
    )


async def cancellation(tx: Transaction) -> Write:
    orders = OrderStore(tx)
    order = await orders.get((await assigned(tx)).order_id)
    order.cancel(Basis("客户来电", "T-17"), by="tester", at=NOON)
    return Write(lambda grant: orders.save([(grant, order)]), (Permission.ORDER_CANCEL,), at=NINGBO)


@writes.of("SkuStore.keep")
async def _(tx: Transaction) -> Write:
    sku = KnownSku("BOLT-M8", "螺栓", "件", False)
    return Write(
        lambda grant: SkuStore(tx).keep(grant, [sku]), (Permission.SKU_REGISTER,), everywhere=True
    )
