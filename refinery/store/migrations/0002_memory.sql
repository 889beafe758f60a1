-- What was found out and what was tried.
CREATE TABLE reports (
    number  INTEGER PRIMARY KEY,
    key     TEXT NOT NULL UNIQUE,
    kind    TEXT NOT NULL,
    created TEXT NOT NULL,
    body    BLOB NOT NULL
);

CREATE TABLE fixes (
    number    INTEGER PRIMARY KEY,
    commit_id TEXT NOT NULL UNIQUE,
    symptom   TEXT NOT NULL,
    cure      TEXT NOT NULL,
    outcome   TEXT NOT NULL
);
