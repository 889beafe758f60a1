-- What people said to changes, in order; the last word on a change counts.
CREATE TABLE approvals (
    number    INTEGER PRIMARY KEY,
    change_id TEXT NOT NULL,
    said      TEXT NOT NULL,
    said_by   TEXT NOT NULL,
    said_at   TEXT NOT NULL,
    scenarios BLOB NOT NULL, -- JSON: a list of ids
    findings  BLOB NOT NULL  -- JSON: a list of sentences
);
CREATE INDEX approvals_by_change ON approvals (change_id);
