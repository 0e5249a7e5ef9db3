"""Every command and query, sent by those who may not.

A **stage** is a plant with real state, made through a service's own handlers in a transaction that
is rolled back. Its module holds one message for every command and query of the service which
succeeds for a caller with all permissions. `test_guarded.py` then sends each of them as nobody, as
a user of another plant, as users of another tenant, and with each single permission removed.

To add a message, add an `Asked` to the list in the module of its service (`orders.py`,
`inventory.py`, `routing.py`, `rma.py`):

    at_plant(CancelOrder(order_id=order.order_id, basis=BASIS))

with `at_plant` when it is about the stage's plant, `tenant_wide` when it takes rights in the whole
tenant, and `somewhere` when rights at any plant are enough. Prepare what it needs above the list,
with the makers of `tests/<service>/makers.py`. A message may be asked in several cases, which are
then named. A message that is missing fails the test by its name.

What each message needs stands in `tests/contracts/permissions.txt`, and which role holds what in
`tests/contracts/roles.txt`. Both are golden: look at the difference, and write them anew with

    HEDGEROW_REWRITE=1 make test T=tests/contracts/test_guarded.py
"""
