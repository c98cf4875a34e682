"""Talking to somebody else's Odoo server: plain Python that knows no ORM.

The models decide, this package talks. What a server answers must look as
:mod:`.replies` says, or the answer is refused as a whole. It needs ``requests``,
``idna`` and ``phonenumbers``, and can be used and tested without Odoo.
"""

from .address import check_address
from .connection_check import check_account, check_dealer
from .dealer import Customer, Dealer, Order, PlacedOrder, ReportedOrder
from .distributor import PAGE_SIZE, UNREADABLE, Distributor
from .errors import (
    IN_ITS_OWN_WORDS,
    NO_ANSWER,
    OF_NO_CONNECTION,
    OF_ONE_REQUEST,
    Contended,
    NotAllowed,
    NotConfigured,
    NotFitting,
    NotOdoo,
    OrderedElsewhere,
    Refused,
    Rejected,
    RemoteError,
    TimedOut,
    Unreachable,
)
from .session import OdooSession, series_to_version
from .transport import CONNECT_TIMEOUT, READ_TIMEOUT, Transport

__all__ = [
    "CONNECT_TIMEOUT",
    "IN_ITS_OWN_WORDS",
    "NO_ANSWER",
    "OF_NO_CONNECTION",
    "OF_ONE_REQUEST",
    "PAGE_SIZE",
    "READ_TIMEOUT",
    "UNREADABLE",
    "Contended",
    "Customer",
    "Dealer",
    "Distributor",
    "NotAllowed",
    "NotConfigured",
    "NotFitting",
    "NotOdoo",
    "OdooSession",
    "Order",
    "OrderedElsewhere",
    "PlacedOrder",
    "Refused",
    "Rejected",
    "RemoteError",
    "ReportedOrder",
    "TimedOut",
    "Transport",
    "Unreachable",
    "check_account",
    "check_address",
    "check_dealer",
    "series_to_version",
]
