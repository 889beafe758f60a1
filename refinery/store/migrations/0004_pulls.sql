-- How far pulls came: what was fetched when, where one broke off, what a trace in pieces holds, and which receipts tell of it.
CREATE TABLE fetches (
    source TEXT NOT NULL, -- platform, server and project
    trace  TEXT NOT NULL,
    stamp  TEXT NOT NULL,
    at     REAL NOT NULL, -- Unix time
    PRIMARY KEY (source, trace)
) WITHOUT ROWID;

CREATE TABLE marks (
    search TEXT PRIMARY KEY,
    body   BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE contents (
    trace INTEGER NOT NULL REFERENCES traces (number),
    piece INTEGER NOT NULL,
    ids   BLOB NOT NULL, -- JSON: [span, whether it has its end]
    PRIMARY KEY (trace, piece)
) WITHOUT ROWID;

CREATE TABLE told (
    trace   INTEGER NOT NULL REFERENCES traces (number),
    receipt INTEGER NOT NULL REFERENCES receipts (number),
    PRIMARY KEY (trace, receipt)
) WITHOUT ROWID;
