"""Filling tables with millions of rows: they are checked once, afterwards."""

import contextlib

#: What a table checks and sorts for each row: how it is dropped, and made again.
PARTS = """
    SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
           format(
               'ALTER TABLE %%s ADD CONSTRAINT %%I %%s',
               conrelid::regclass, conname, pg_get_constraintdef(oid)
           )
      FROM pg_constraint
     WHERE contype = 'f' AND conrelid = ANY(%(tables)s::regclass[])
     UNION ALL
    SELECT format('DROP INDEX %%s', indexrelid::regclass), pg_get_indexdef(indexrelid)
      FROM pg_index
     WHERE indrelid = ANY(%(tables)s::regclass[])
       AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
"""

FIND_TABLES = "SELECT name FROM unnest(%s) AS name WHERE to_regclass(name) IS NOT NULL"


@contextlib.contextmanager
def unchecked(postgres, database, tables):
    """Have tables without foreign keys and indexes for as long as they are filled.

    With them, a million leads take a quarter of an hour.

    :param Postgres postgres: where the database is.
    :param str database: its name.
    :param tables: names of tables; what is not there is left out.
    """
    with postgres.connect(database) as cursor:
        cursor.execute(FIND_TABLES, [list(tables)])
        found = [name for (name,) in cursor.fetchall()]
        cursor.execute(PARTS, {"tables": found})
        parts = cursor.fetchall()
        for drop, _make in parts:
            cursor.execute(drop)
        yield
        for _drop, make in parts:
            cursor.execute(make)
        # What autovacuum would have done meanwhile.
        cursor.execute("VACUUM ANALYZE")
