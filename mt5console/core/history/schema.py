"""The tables of the state file and how an older file becomes a newer one. Must not know: what the records mean.

Each record is a JSON body beside the few columns that are searched or ordered by.
"""

from __future__ import annotations

import sqlite3

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
        "CREATE TABLE users (user_id INTEGER PRIMARY KEY, body TEXT NOT NULL)",
        "CREATE TABLE robots (robot_id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL, body TEXT NOT NULL)",
        "CREATE TABLE watches (user_id INTEGER PRIMARY KEY, body TEXT NOT NULL)",
        "CREATE TABLE decisions (id INTEGER PRIMARY KEY AUTOINCREMENT, user_id INTEGER, body TEXT NOT NULL)",
        "CREATE INDEX decisions_of_user ON decisions (user_id, id)",
        "CREATE TABLE incidents (incident_id TEXT PRIMARY KEY, opened REAL NOT NULL, cleared REAL, body TEXT NOT NULL)",
        "CREATE INDEX incidents_open ON incidents (opened) WHERE cleared IS NULL",
        "CREATE INDEX incidents_opened ON incidents (opened)",
        "CREATE TABLE deployments (deployment_id TEXT PRIMARY KEY, robot_id INTEGER NOT NULL, started REAL NOT NULL,"
        " ended REAL, body TEXT NOT NULL)",
        "CREATE INDEX deployments_of_robot ON deployments (robot_id, started)",
        "CREATE INDEX deployments_started ON deployments (started)",
        "CREATE INDEX deployments_running ON deployments (started) WHERE ended IS NULL",
        "CREATE TABLE operations (operation_id TEXT PRIMARY KEY, requested REAL NOT NULL, running INTEGER NOT NULL,"
        " body TEXT NOT NULL)",
        "CREATE INDEX operations_requested ON operations (requested)",
        "CREATE INDEX operations_running ON operations (requested) WHERE running = 1",
    ),
)
"""One tuple of statements per version; only ever appended to."""

NEWEST = len(MIGRATIONS)


def version_of(connection: sqlite3.Connection) -> int:
    """The file's schema version, 0 for an empty file. Raises `sqlite3.DatabaseError` when it cannot be read."""
    found = connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'schema_version'")
    if found.fetchone() is None:
        return 0
    row = connection.execute("SELECT MAX(version) FROM schema_version").fetchone()
    return 0 if row[0] is None else int(row[0])


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the file to the newest version in one transaction; a file that is newest already is not written to."""
    if version_of(connection) >= NEWEST:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY)")
        for number in range(version_of(connection) + 1, NEWEST + 1):
            for statement in MIGRATIONS[number - 1]:
                connection.execute(statement)
            connection.execute("INSERT INTO schema_version (version) VALUES (?)", (number,))
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
