"""SQL is judged by what a statement does to rows, wherever it stands and however it is written."""

from __future__ import annotations

import pytest

from safety.rules.sql import sql_dangers
from safety.verdict import Effect


def effect_of(text: str) -> Effect:
    return max((danger.effect for danger in sql_dangers(text)), key=lambda effect: effect.rank, default=Effect.ALLOW)


@pytest.mark.parametrize(
    "text",
    [
        "DELETE FROM orders",
        "DELETE orders",
        "delete from orders where 2 > 1",
        "DELETE FROM orders WHERE id >= 0",
        "DELETE FROM orders WHERE (id = id)",
        "DELETE FROM orders WHERE total > 5 OR 'a' = 'a'",
        "DELETE FROM orders WHERE note IS NULL OR note IS NOT NULL",
        "DELETE FROM orders WHERE id IN (SELECT id FROM orders)",
        "DELETE FROM orders WHERE EXISTS (SELECT 1)",
        "DELETE FROM orders WHERE created <= now()",
        "UPDATE orders SET total = 0 WHERE 1",
        "UPDATE orders SET total = 0 WHERE true AND 1 = 1",
        "drop/**/table orders",
        "DR/**/OP TABLE orders",
        "WITH gone AS (DELETE FROM orders RETURNING *) SELECT * FROM gone",
        "DO $$ BEGIN EXECUTE 'DR' || 'OP TABLE ' || quote_ident(t); END $$",
        "CREATE FUNCTION f() RETURNS void AS $body$ BEGIN DELETE FROM orders; END $body$ LANGUAGE plpgsql",
        "CREATE TRIGGER t AFTER INSERT ON o BEGIN DELETE FROM orders; END",
        "EXECUTE IMMEDIATE 'DROP TABLE orders'",
        "DROP OWNED BY app",
        "MERGE INTO orders o USING (SELECT 1) s ON 1=1 WHEN MATCHED THEN DELETE",
        "merge into orders using x on true when matched then update set total = 0",
        "MERGE INTO o USING s ON o.id = s.id WHEN NOT MATCHED BY SOURCE THEN DELETE",
        "CREATE OR REPLACE TABLE orders AS SELECT 1",
        "DELETE FROM orders WHERE id BETWEEN 0 AND 999999999",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity",
    ],
)
def test_what_reaches_every_row_or_a_whole_table_is_blocked(text: str) -> None:
    assert effect_of(text) is Effect.BLOCK


@pytest.mark.parametrize(
    "text",
    [
        "DELETE FROM orders WHERE id = 5",
        "DELETE FROM orders WHERE created < now() - interval '90 days'",
        "DELETE FROM orders WHERE id BETWEEN 5 AND 9",
        "DELETE FROM orders WHERE (state = 'new' AND total > 0)",
        "SET FOREIGN_KEY_CHECKS = 0",
        "COPY orders TO '/tmp/orders.csv'",
    ],
)
def test_what_reaches_some_rows_needs_a_person(text: str) -> None:
    assert effect_of(text) is Effect.NEEDS_APPROVAL


@pytest.mark.parametrize(
    "text",
    [
        "UPDATE orders SET total = 0 WHERE id = 5",
        "INSERT INTO a (x) VALUES (1) ON CONFLICT (x) DO UPDATE SET x = excluded.x",
        "SELECT * FROM orders WHERE id >= 0 FOR UPDATE",
        "INSERT INTO notes VALUES ('delete from orders; drop table orders')",
        "COMMENT ON TABLE orders IS 'truncate it on Mondays'",
        "CREATE TRIGGER t BEFORE DELETE ON orders EXECUTE FUNCTION keep()",
    ],
)
def test_what_takes_nothing_away_is_allowed(text: str) -> None:
    assert effect_of(text) is Effect.ALLOW
