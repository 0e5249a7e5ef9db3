"""NATS: requests, replies and events. The only room that imports nats.

connection   the hardened client: reconnects for ever, hides no error
envelope     what travels: requests and answers, several in one message
calls        the asking side
packing      what it puts into one message
endpoint     the answering side
streams      events: publish with acknowledgement, consume with redelivery
anchors      a stream for what vouches for the evidence, outside the databases
bus          all of it behind one name
"""

from hedgerow.bus.bus import Bus
from hedgerow.bus.endpoint import Incoming
from hedgerow.bus.envelope import RemoteRefusal
from hedgerow.bus.streams import Delivered, Outgoing

__all__ = ["Bus", "Delivered", "Incoming", "Outgoing", "RemoteRefusal"]
