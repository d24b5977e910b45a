"""Tables that only grow: triggers that refuse changing and deleting, for migrations; edge."""

from alembic import op


def only_grows(table: str) -> None:
    """UPDATE and DELETE of `table` (key: seq) are refused from now on, on both databases."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{table} only grows' USING ERRCODE = 'insufficient_privilege'; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()"
        )
        return
    for deed in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{deed.lower()} BEFORE {deed} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} only grows'); END"
        )
    # INSERT OR REPLACE deletes without calling the trigger above.
    there = f"SELECT 1 FROM {table} WHERE seq = NEW.seq"  # noqa: S608 - the migration's own word
    op.execute(
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN EXISTS ({there}) "
        f"BEGIN SELECT RAISE(ABORT, '{table} only grows'); END"
    )


def drop_append_only(table: str) -> None:
    """The table, and what only_grows left beside it."""
    op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"DROP FUNCTION {table}_refuse()")
