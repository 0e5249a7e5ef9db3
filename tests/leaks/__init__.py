"""The leak test that the published schema writes: whoever may not see a plant asks for everything
of it in every way that the schema offers, and every answer is searched for what belongs to it.

    plants.py      what the two plants and the other company have: everything carries a canary
    canaries.py    finding them in an answer, and what is the whole tenant's
    users.py       who asks
    walk.py        every path through the schema as documents
    values.py      where the values of arguments come from
    asking.py      which arguments a document is asked with
    writing.py     the same for mutations
    scan.py        asking, searching, counting
"""
