"""Mails of templates, which people may change."""

import logging

import psycopg2

_logger = logging.getLogger(__name__)


def try_to_mail(env, send, about):
    """Send mails that follow from something, which a broken template does not undo.

    :param odoo.api.Environment env: in which the mails are made.
    :param collections.abc.Callable send: makes them.
    :param str about: what the mails are about, for the log: ``win of lead 5``.
    :return: what ``send`` returned; None where the template cannot be filled in.
    """
    # What fails in here is not the template's fault.
    env.flush_all()
    try:
        with env.cr.savepoint():
            return send()
    except psycopg2.OperationalError:
        # Odoo runs the request again.
        raise
    except Exception:
        _logger.exception("No mail could be written: %s", about)
        return None
