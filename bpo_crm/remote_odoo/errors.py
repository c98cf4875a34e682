"""What can go wrong with a remote Odoo, told apart by what the user should do.

The texts are for administrators and stay in English; the models put a
translated sentence in front, chosen by :attr:`RemoteError.kind`.
"""


class RemoteError(Exception):
    """Base of all failures of a call to a remote Odoo.

    :param str detail: what happened, without any secret; may be empty.
    """

    #: Stable name of the class of failure, stored on ``crm.dealer.push``.
    kind = "rejected"

    #: False when the server certainly did nothing; True when the request may
    #: have been carried out although no usable answer came back.
    may_have_happened = False

    def __init__(self, detail=""):
        super().__init__(detail)
        self.detail = detail


class NotConfigured(RemoteError):
    """The address, the database or the credentials are missing or unusable."""

    kind = "not_configured"


class Unreachable(RemoteError):
    """No usable connection: refused, unknown host, bad certificate, cut off."""

    kind = "unreachable"


class TimedOut(RemoteError):
    """The server did not answer in time."""

    kind = "timeout"


class Refused(RemoteError):
    """The server knows neither this login nor this key."""

    kind = "refused"


class NotAllowed(RemoteError):
    """The account lacks a right that the job needs."""

    kind = "not_allowed"


class Rejected(RemoteError):
    """The server answered with an error of its own; ``detail`` is its message."""

    kind = "rejected"


class Contended(Rejected):
    """Another transaction on the server got in between; worth one more try."""


class OrderedElsewhere(RemoteError):
    """Another dealership has, or may have, the order already."""

    kind = "ordered_elsewhere"


class NotOdoo(RemoteError):
    """Something answers at the address, but it is not an Odoo server."""

    kind = "not_odoo"


class NotFitting(RemoteError):
    """The server is not, or not any more, what its settings here are made for."""

    kind = "not_fitting"


class ReplyTooLong(NotOdoo):
    """The answer is longer than anybody wants; to ask for less may help."""


#: Kinds that are about one request, which another one's success does not end.
OF_ONE_REQUEST = (Rejected.kind,)

#: Kinds that no change of the connection ends.
OF_NO_CONNECTION = (OrderedElsewhere.kind,)

#: Kinds whose detail is in the server's own words, which may name a customer.
IN_ITS_OWN_WORDS = (NotAllowed.kind, Rejected.kind)

#: Kinds of a server that need not be asked again a moment later.
NO_ANSWER = (TimedOut.kind, Unreachable.kind)
