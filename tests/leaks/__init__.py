"""The leak test that the published schema writes: whoever may not see a plant asks for everything
of it in every way that the schema offers, and every answer is searched for what belongs to it.

    canaries.py    what is whose: finding it in an answer, and what is the whole company's
    sides.py       the two plants and the other company
    plants.py      what they have: everything carries a canary
    governing.py   who may do what there, and who was refused
    owners.py      whose every id is, from the databases
    users.py       who asks
    walk.py        every path through the schema as documents
    sources.py     where the values of arguments come from
    values.py      the values
    asking.py      which arguments a document is asked with
    writing.py     the same for mutations
    listening.py   the same for subscriptions
    scan.py        asking, searching, counting
    report.py      what came of it
    coverage.py    what has to have been reached
    line.py        a connection to the gateway
    planting.py    leaks made on purpose
"""
