-- Traces as they came: one row a trace, its spans in as many pieces as they arrived in.
CREATE TABLE traces (
    number   INTEGER PRIMARY KEY,
    id       TEXT NOT NULL UNIQUE,
    name     TEXT NOT NULL,
    start_ns INTEGER,
    end_ns   INTEGER,
    failed   INTEGER NOT NULL,
    spans    INTEGER NOT NULL,
    head     BLOB NOT NULL -- JSON: everything of a trace but its spans
);
CREATE INDEX traces_by_start ON traces (start_ns);

CREATE TABLE pieces (
    trace  INTEGER NOT NULL REFERENCES traces (number),
    number INTEGER NOT NULL,
    digest BLOB NOT NULL,
    spans  BLOB NOT NULL, -- JSON: a list of spans
    PRIMARY KEY (trace, number)
);

CREATE TABLE receipts (
    number INTEGER PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,
    body   BLOB NOT NULL
);
