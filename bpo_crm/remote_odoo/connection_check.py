"""Is this server ready to take orders?"""

from .errors import NotAllowed, Rejected, RemoteError
from .replies import mapping, read

#: What an order needs: model, operation.
NEEDED_RIGHTS = (
    ("sale.order", "create"),
    ("sale.order.line", "create"),
    ("res.partner", "create"),
    ("product.product", "read"),
)


def check_dealer(session):
    """Check a dealer's server, in the order in which a person would look.

    Address, an Odoo server, database, login, Sales installed, rights.

    :param OdooSession session: a session that has not been used yet.
    :return: the server's series and the account's id there.
    :rtype: tuple[str, int]
    :raises RemoteError: for the first check that fails.
    """
    series, uid = check_account(session)
    _check_sales_installed(session)
    for model, operation in NEEDED_RIGHTS:
        if not session.has_access(model, operation):
            raise NotAllowed(f"The account may not {operation} {model}.")
    return series, uid


def check_account(session):
    """Check that an Odoo server is there and knows the account.

    :param OdooSession session: a session that has not been used yet.
    :return: the server's series and the account's id there.
    :rtype: tuple[str, int]
    :raises RemoteError: for the first check that fails.
    """
    return session.fetch_version(), session.authenticate()


def _check_sales_installed(session):
    try:
        answer = session.call("sale.order", "fields_get", ["name"], ["type"])
    except NotAllowed:
        raise
    except RemoteError as error:
        if isinstance(error, Rejected) and "sale.order" in error.detail:
            raise Rejected("The Sales app is not installed there.") from None
        raise
    read(answer, mapping, "the fields of sale.order")
