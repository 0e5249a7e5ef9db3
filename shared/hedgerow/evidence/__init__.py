"""Evidence: what has happened to every aggregate, in chains that cannot be rewritten unnoticed.

Every change leaves one entry in the chain of its aggregate, in the transaction of the change: its
hash covers the entry and the hash before it. Every minute the ends of all chains that grew are
signed together, with a key that the database does not hold, and published: whoever rewrites a
chain afterwards, all of it, no longer fits what was signed.

tables   entries, heads, anchors
schema   what the database itself sees to: append-only, and the linking of the chains
entry    an entry's text and hash
writer   from a transaction's changes to entries
changes  what a store says of a row before and after
listing  looking them up
verify   recomputing chains and anchors
anchors  signing and publishing, every minute
merkle   one hash over many (RFC 6962)
"""

from hedgerow.evidence.changes import Differences, beginnings, differences
from hedgerow.evidence.tables import EvidenceTables, evidence_tables
from hedgerow.evidence.writer import EvidenceWriter

__all__ = [
    "Differences",
    "EvidenceTables",
    "EvidenceWriter",
    "beginnings",
    "differences",
    "evidence_tables",
]
