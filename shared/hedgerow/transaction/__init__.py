"""One message (or one batch of messages of the same kind), one transaction."""

from hedgerow.transaction.bulk import BulkInsert, BulkUpdate
from hedgerow.transaction.tables import MessageTables, message_tables
from hedgerow.transaction.transaction import Ask, Change, Emission, Source, Transaction

__all__ = [
    "Ask",
    "BulkInsert",
    "BulkUpdate",
    "Change",
    "Emission",
    "MessageTables",
    "Source",
    "Transaction",
    "message_tables",
]
