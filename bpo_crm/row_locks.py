"""Locking rows without waiting for whoever has them."""

from odoo.tools import SQL


def lock_available(records):
    """Lock those of some records that no other transaction has.

    :param odoo.models.BaseModel records: of one model, flushed.
    :return: those that are locked, in their order.
    :rtype: odoo.models.BaseModel
    :raises psycopg2.errors.SerializationFailure: when one was changed and committed
        after this transaction began, unless it sees what is committed.
    """
    records.env.cr.execute(
        SQL(
            "SELECT id FROM %s WHERE id = ANY(%s)"
            " ORDER BY id FOR NO KEY UPDATE SKIP LOCKED",
            SQL.identifier(records._table),
            records.ids,
        ),
        log_exceptions=False,
    )
    locked = {row[0] for row in records.env.cr.fetchall()}
    return records.filtered(lambda record: record.id in locked)
