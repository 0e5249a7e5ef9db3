"""Every command and reaction once, on real state, to see that it leaves evidence of what it changes.

The module of a service says which kind of aggregate owns each of its tables (`AGGREGATES`) and
which tables belong to none, with the reason (`NO_AGGREGATE`). Its `prepare` makes the state and
gives one message, or more, of every command and every event that the service reacts to; each of
them must change something. `test_evidence_coverage.py` sends them, and takes each back.

A new table or message that is missing here fails the test by its name.
"""
