"""Permission as a value: which store methods write, what they ask for, and a call of each.

`reading` finds the methods in the code. `writes` holds, for each of them, a call that is fine but
for its grant, in one module a service; a method without one fails `test_grants.py` by its name.
To add one, write an async function that is given a transaction of the tenant's administrator,
prepares what the method needs, and returns a `Write`; decorate it with `writes.of("Store.method")`.
"""
