"""Columns of tables that have a million rows already."""

from odoo.tools import SQL
from odoo.tools.sql import column_exists, create_column


def add_empty_columns(cr, table, columns):
    """Add those of some columns that are new, empty in all rows that there are.

    The ORM would fill them for one record after the other.

    :param odoo.sql_db.Cursor cr: of the database.
    :param str table: to which they are added.
    :param dict columns: the type of each in PostgreSQL, by its name.
    :return: whether one of them is new.
    :rtype: bool
    """
    new = [name for name in columns if not column_exists(cr, table, name)]
    for name in new:
        create_column(cr, table, name, columns[name])
    return bool(new)


def add_flag_column(cr, table, name, value=True):
    """Add a boolean column that says the same of all rows that there are, if it is new.

    As its default, which PostgreSQL does not write to each of them.

    :param odoo.sql_db.Cursor cr: of the database.
    :param str table: to which it is added.
    :param str name: of the column.
    :param bool value: what it says.
    :return: whether it is new.
    :rtype: bool
    """
    if column_exists(cr, table, name):
        return False
    words = {
        "table": SQL.identifier(table),
        "name": SQL.identifier(name),
        "value": SQL("TRUE") if value else SQL("FALSE"),
    }
    cr.execute(
        SQL(
            "ALTER TABLE %(table)s ADD COLUMN %(name)s boolean DEFAULT %(value)s",
            **words,
        )
    )
    cr.execute(SQL("ALTER TABLE %(table)s ALTER COLUMN %(name)s DROP DEFAULT", **words))
    return True
