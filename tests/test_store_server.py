"""The database server: made, guarded, checked; gone and back again; what its errors say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import psycopg
import pytest
from psycopg import errors as pg
from sqlalchemy import create_engine

from geodata.errors import (
    BadValue,
    ChengyuanError,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreLocked,
    StoreMissing,
    StoreReadOnly,
    StoreUnreachable,
)
from geodata.schema import metadata
from geodata.store import Store, engine, server
from tests import child
from tests.conftest import Templates
from tests.postgres import Cluster
from tests.small_store import AUTHOR, compound

pytestmark = pytest.mark.postgis


@pytest.fixture
def kind() -> str:
    """All stores of this module are on the server."""
    return "postgis"


def name_of(store: Store) -> str:
    return store.url.rsplit("/", 1)[1]


def saved(store: Store) -> None:
    """A save that adds one row."""
    with store.commit(author=AUTHOR) as save:
        save.insert("compound", compound())


@contextmanager
def session(store: Store, cluster: Cluster) -> Iterator[psycopg.Connection]:
    """Another program's session, inside a transaction."""
    with psycopg.connect(
        host="127.0.0.1", port=cluster.port, user="chengyuan", dbname=name_of(store)
    ) as other:
        yield other


# ---- made -------------------------------------------------------------------------------------------------

CATALOGUE = """
    SELECT c.relname || '.' || a.attname, format_type(a.atttypid, a.atttypmod) || a.attnotnull
      FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid AND c.relkind = 'r'
      WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0
    UNION ALL SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
      WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
"""


def test_the_migrations_make_what_the_schema_declares(
    small_store: Store, templates: Templates, cluster: Cluster, server_url: str
) -> None:
    plain = create_engine(server_url)
    with plain.begin() as connection:
        metadata.create_all(connection)
    plain.dispose()
    declared = dict(cluster.execute(CATALOGUE, server_url.rsplit("/", 1)[1]))
    made = dict(cluster.execute(CATALOGUE, name_of(small_store)))
    assert {key: made.get(key) for key in declared} == declared
    strange = {key for key in made.keys() - declared.keys() if not key.startswith(("gix_", "alembic_"))}
    assert strange == set()


def test_creating_twice_keeps_the_rows_and_changes_nothing(small_store: Store, cluster: Cluster) -> None:
    before = cluster.execute(CATALOGUE, name_of(small_store))
    with closing(Store.create(small_store.url)) as again:
        assert len(again.frame("compound")) == 4
        assert again.check() == []
    assert sorted(cluster.execute(CATALOGUE, name_of(small_store))) == sorted(before)


def test_two_processes_may_create_the_same_database(server_url: str) -> None:
    code = """
        import sys
        from geodata.store import Store
        print("ready", flush=True)
        sys.stdin.readline()
        Store.create(sys.argv[1]).close()
    """
    with child.running(code, server_url) as one, child.running(code, server_url) as other:
        for each in (one, other):
            assert each.stdin
            each.stdin.write("go\n")
            each.stdin.flush()
    assert (one.returncode, other.returncode) == (0, 0)
    with closing(Store.open(server_url)) as store:
        assert store.check() == []


def test_an_empty_database_is_not_filled_by_opening(server_url: str) -> None:
    with pytest.raises(StoreMissing, match="init"):
        Store.open(server_url)
    with closing(Store.create(server_url)) as store:
        assert store.revision() is None


def test_somebody_elses_database_is_neither_opened_nor_changed(server_url: str, cluster: Cluster) -> None:
    cluster.execute("CREATE TABLE theirs (name text)", server_url.rsplit("/", 1)[1])
    for enter in (Store.open, Store.create):
        with pytest.raises(StoreDamaged, match="不是城垣的数据库"):
            enter(server_url)


def test_a_user_who_may_not_install_postgis_is_told_what_to_ask_for(cluster: Cluster) -> None:
    cluster.execute("DROP ROLE IF EXISTS office")
    cluster.execute("CREATE ROLE office LOGIN")
    name = cluster.create()
    cluster.execute("GRANT ALL ON SCHEMA public TO office", name)
    with pytest.raises(StoreError, match="CREATE EXTENSION postgis"):
        Store.create(cluster.url(name, user="office"))
    cluster.drop(name)


# ---- guarded ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE compound SET households = 1",
        "DELETE FROM compound",
        "INSERT INTO setting VALUES ('a', 'b', 'c')",
        "UPDATE audit SET author = '别人'",
        "TRUNCATE progress_report",
    ],
)
def test_another_program_cannot_write(small_store: Store, cluster: Cluster, statement: str) -> None:
    with pytest.raises(psycopg.Error, match=r"only chengyuan|append-only"):
        cluster.execute(statement, name_of(small_store))
    assert small_store.check() == []


def test_append_only_tables_cannot_be_emptied_even_by_us(small_store: Store) -> None:
    with pytest.raises(BadValue, match="append-only"), small_store._writing() as connection:
        connection.exec_driver_sql("TRUNCATE audit")


def test_another_program_may_read(small_store: Store, cluster: Cluster) -> None:
    near = "SELECT id FROM compound WHERE geometry && ST_MakeEnvelope(113.6802, 34.7502, 113.6808, 34.7508, 4490)"
    assert cluster.execute(near, name_of(small_store)) == [("C1",)]


# ---- one moment, one writer -------------------------------------------------------------------------------


def test_a_reader_sees_one_moment_and_does_not_wait_for_a_save(small_store: Store) -> None:
    with closing(Store.open(small_store.url)) as other, other.commit(author=AUTHOR) as save:
        save.insert("compound", compound(id="C9"))
        assert len(small_store.frame("compound")) == 4
    count = "SELECT count(*) FROM compound"
    with small_store._reading() as connection:
        first = connection.exec_driver_sql(count).scalar()
        saved(small_store)
        assert connection.exec_driver_sql(count).scalar() == first == 5
    assert len(small_store.frame("compound")) == 6


def test_a_reader_does_not_wait_for_ever_for_an_administrator(
    small_store: Store, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "LOCK_TIMEOUT_MS", 50)
    with session(small_store, cluster) as other:
        other.execute("LOCK TABLE compound IN ACCESS EXCLUSIVE MODE")  # as VACUUM FULL, or an upgrade
        with pytest.raises(StoreLocked):
            small_store.frame("compound")
    assert len(small_store.frame("compound")) == 4


def test_a_database_that_another_process_keeps_locked_says_so(
    small_store: Store, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "LOCK_TIMEOUT_MS", 50)
    with session(small_store, cluster) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", (server._WRITE_LOCK,))
        with pytest.raises(StoreLocked, match="没有保存"):
            saved(small_store)
        assert len(small_store.frame("compound")) == 4
    saved(small_store)
    assert small_store.snapshot().revision == 4


# ---- checked ----------------------------------------------------------------------------------------------

AS_US = "SET chengyuan.writer = 'on'; "
UNTRIGGERED = "SET session_replication_role = 'replica'; "


@pytest.mark.parametrize(
    ("statement", "check"),
    [
        (AS_US + "UPDATE compound SET households = 121 WHERE id = 'C1'", "行校验值"),
        (
            AS_US + "UPDATE compound SET geometry = ST_Translate(geometry, 1e-9, 0) WHERE id = 'C1'",
            "行校验值",
        ),
        (UNTRIGGERED + "DELETE FROM progress_report", "行校验值"),
        (UNTRIGGERED + "UPDATE audit SET author = '别人' WHERE seq = 2", "审计链"),
        (UNTRIGGERED + "DELETE FROM audit WHERE seq = 2", "审计链"),
        (UNTRIGGERED + "UPDATE revision SET author = '别人' WHERE number = 2", "修订号"),
        (AS_US + "DELETE FROM layer_revision", "修订号"),
        (UNTRIGGERED + "UPDATE compound SET street_code = 'S9'", "引用关系"),
        ("DROP TRIGGER guard ON party", "数据库结构"),
        ("ALTER TABLE audit DISABLE TRIGGER append_only", "数据库结构"),
        (
            "CREATE OR REPLACE FUNCTION chengyuan_guard() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
            "数据库结构",
        ),
        ("DROP INDEX gix_compound_geometry", "数据库结构"),
        ("ALTER TABLE party DROP COLUMN contact", "数据库结构"),
        ("DROP TABLE party", "数据库结构"),
    ],
)
def test_every_kind_of_damage_is_found(
    small_store: Store, cluster: Cluster, statement: str, check: str
) -> None:
    cluster.execute(statement, name_of(small_store))
    assert check in {finding.check for finding in small_store.check()}


def test_creating_again_repairs_indexes_and_triggers(small_store: Store, cluster: Cluster) -> None:
    cluster.execute(
        "DROP INDEX gix_compound_geometry; DROP TRIGGER guard ON party; "
        "ALTER TABLE audit DISABLE TRIGGER append_only",
        name_of(small_store),
    )
    assert len(small_store.check()) == 3
    with closing(Store.create(small_store.url)) as repaired:
        assert repaired.check() == []


# ---- gone and back again ----------------------------------------------------------------------------------


def test_a_server_that_stops_is_named_and_the_open_store_goes_on_when_it_is_back(
    small_store: Store, cluster: Cluster
) -> None:
    assert len(small_store.frame("compound")) == 4
    cluster.stop()
    try:
        for attempt in (
            small_store.snapshot,
            lambda: saved(small_store),
            lambda: Store.open(small_store.url),
        ):
            with pytest.raises(StoreUnreachable, match="连不上"):
                attempt()
    finally:
        cluster.start()
    saved(small_store)
    assert small_store.snapshot().revision == 4
    assert small_store.check() == []


def test_a_save_whose_connection_is_cut_is_not_there_by_half(small_store: Store, cluster: Cluster) -> None:
    cut = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name_of(small_store)}'"

    def save_twice() -> None:
        with small_store.commit(author=AUTHOR) as save:
            save.insert("compound", compound(id="C9"))
            cluster.execute(f"{cut} AND pid <> pg_backend_pid()")
            save.insert("compound", compound(id="C10"))

    with pytest.raises(StoreUnreachable):
        save_twice()
    assert len(small_store.frame("compound")) == 4
    saved(small_store)
    assert small_store.check() == []


# ---- what errors say --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "wanted"),
    [
        (pg.DiskFull, StoreFull),
        (pg.AdminShutdown, StoreUnreachable),
        (pg.CannotConnectNow, StoreUnreachable),
        (pg.TooManyConnections, StoreUnreachable),
        (pg.LockNotAvailable, StoreLocked),
        (pg.DeadlockDetected, StoreLocked),
        (pg.ReadOnlySqlTransaction, StoreReadOnly),
        (pg.InsufficientPrivilege, StoreReadOnly),
        (pg.UniqueViolation, BadValue),
        (pg.ForeignKeyViolation, BadValue),
        (pg.UndefinedTable, StoreDamaged),
        (pg.OperationalError, StoreUnreachable),
        (pg.SyntaxError, StoreError),
    ],
)
def test_each_error_of_the_driver_is_one_of_ours(
    error: type[psycopg.Error], wanted: type[ChengyuanError]
) -> None:
    assert type(server.translate_server(error("what the server said"), "数据库服务器 a/b")) is wanted


@pytest.mark.parametrize(
    "login", ["u:geheim@wort", "u:geheim@wort:geheim", "u:p@geheim/geheim", "u:p@wort/geheim@geheim"]
)
def test_a_password_that_splits_the_address_is_not_told_by_the_refusal(login: str) -> None:
    for act in (engine.shown, Store.open, engine.server_name, engine.database_path):
        with pytest.raises(StoreError, match="%40") as refused:
            act(f"postgresql+psycopg://{login}@db.office/renewal")
        told: BaseException | None = refused.value
        while told:
            assert "geheim" not in str(told)
            told = told.__cause__


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        (lambda url: url, StoreMissing),
        (lambda url: url.rsplit("/", 1)[0] + "/nowhere", StoreMissing),
        (lambda url: url.replace("chengyuan:", "nobody:"), StoreUnreachable),
        (lambda url: url.split("@", 1)[0] + "@127.0.0.1:1/renewal", StoreUnreachable),
        (lambda url: url.replace("+psycopg", "+nothing"), StoreError),
    ],
)
def test_no_message_tells_the_password(
    server_url: str, cluster: Cluster, change: Callable[[str], str], wanted: type[StoreError]
) -> None:
    url = change(cluster.url(server_url.rsplit("/", 1)[1], password="geheim%40wort"))
    with pytest.raises(wanted) as refused:
        Store.open(url)
    told: BaseException | None = refused.value
    while told:
        assert "geheim" not in str(told)
        told = told.__cause__
    assert "geheim" not in engine.shown(url)
