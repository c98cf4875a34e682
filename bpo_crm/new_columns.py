"""Columns of tables that have a million rows already."""

from odoo.tools import SQL
from odoo.tools.sql import column_exists


def add_true_column(cr, table, name):
    """Add a boolean column that is true in all rows that there are, if it is new.

    As its default, which PostgreSQL does not write to each of them.

    :param odoo.sql_db.Cursor cr: of the database.
    :param str table: to which it is added.
    :param str name: of the column.
    """
    if column_exists(cr, table, name):
        return
    words = {"table": SQL.identifier(table), "name": SQL.identifier(name)}
    cr.execute(
        SQL("ALTER TABLE %(table)s ADD COLUMN %(name)s boolean DEFAULT TRUE", **words)
    )
    cr.execute(SQL("ALTER TABLE %(table)s ALTER COLUMN %(name)s DROP DEFAULT", **words))
