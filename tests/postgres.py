"""An own PostgreSQL with PostGIS from Debian's packages: free port, temporary folder, gone afterwards.

The cluster that Debian's package may have made ("main") is never touched. A shell of ours waits for its input to
end and then stops the server and removes its folder, so that neither outlives a test run that was killed.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from tests.browser.running import free_port
from tests.ensure_postgres import find_postgres

USER = "chengyuan"

_KEEPER = """
control=$1 folder=$2 options=$3
"$control" --pgdata "$folder/data" --log "$folder/log" --options "$options" --wait start >&2 && echo ready
read -r word
"$control" --pgdata "$folder/data" --mode fast --wait stop >&2
[ "$word" = stop ] || rm -rf "$folder"
"""
_QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
_ALWAYS = (
    "listen_addresses=127.0.0.1",
    "max_connections=60",
    "shared_buffers=32MB",
    "log_min_messages=fatal",
)


@dataclass
class Cluster:
    """A PostgreSQL cluster of our own; `durable` keeps fsync on, for measurements."""

    durable: bool = False
    folder: Path = field(init=False)
    port: int = field(init=False)
    _keeper: subprocess.Popen[str] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        found = find_postgres()
        assert found, "no PostgreSQL with PostGIS"
        self._programs = found
        self.folder = Path(tempfile.mkdtemp(prefix="chengyuan-pg-"))
        self.port = free_port()
        self._as: dict[str, Any] = {}
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            other = pwd.getpwnam("postgres")
            os.chown(self.folder, other.pw_uid, other.pw_gid)
            self._as = {"user": other.pw_uid, "group": other.pw_gid, "extra_groups": []}
        self._make()
        self.start()

    def _make(self) -> None:
        programme = [
            str(self._programs / "initdb"),
            "--pgdata",
            str(self.folder / "data"),
            "--username",
            USER,
        ]
        kind = ["--auth", "trust", "--no-sync", "--encoding", "UTF8", "--locale", "C.UTF-8"]
        subprocess.run([*programme, *kind], check=True, capture_output=True, cwd="/", **self._as)

    def url(self, database: str, *, user: str = USER, password: str = "") -> str:
        """Address of a database as the product takes it."""
        login = f"{user}:{password}" if password else user
        return f"postgresql+psycopg://{login}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start the server and wait until it answers."""
        wanted = (*_ALWAYS, f"unix_socket_directories={self.folder}", *(() if self.durable else _QUICK))
        options = f"-p {self.port} " + " ".join(f"-c {option}" for option in wanted)
        self._keeper = subprocess.Popen(
            ["sh", "-c", _KEEPER, "sh", str(self._programs / "pg_ctl"), str(self.folder), options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd="/",
            start_new_session=True,  # an interrupt from the keyboard must not end the keeper before its work
            **self._as,
        )
        assert self._keeper.stdout
        assert self._keeper.stdout.readline() == "ready\n", (self.folder / "log").read_text()

    def stop(self) -> None:
        """Stop the server as an administrator would; its data stays."""
        self._end("stop\n")

    def remove(self) -> None:
        """Stop the server and remove its folder."""
        self._end("")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _end(self, word: str) -> None:
        if self._keeper:
            self._keeper.communicate(word, timeout=60)
            self._keeper = None

    def execute(self, statement: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Run statements as an administrator would, outside the product."""
        address = {"host": "127.0.0.1", "port": self.port, "user": USER, "dbname": database}
        with psycopg.connect(**address, autocommit=True) as connection:
            found = connection.execute(statement)
            return found.fetchall() if found.description else []

    def create(self, *, template: str = "template1") -> str:
        """Name of a new database, a copy of the template."""
        name = f"t{uuid.uuid4().hex[:12]}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, name: str) -> None:
        """Remove a database with whoever is connected to it."""
        self.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
