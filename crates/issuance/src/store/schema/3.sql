-- Version 3: the card of a case, its last day, the case that follows, certificates, papers.
ALTER TABLE cases ADD COLUMN card TEXT;
ALTER TABLE cases ADD COLUMN expiry TEXT;
ALTER TABLE cases ADD COLUMN successor INTEGER REFERENCES cases (number);
CREATE UNIQUE INDEX one_case_per_card ON cases (card) WHERE card IS NOT NULL;
CREATE INDEX cases_by_form ON cases (form_id, number);
CREATE INDEX cases_by_deadline ON cases (deadline, number);
CREATE INDEX cases_by_expiry ON cases (expiry, number);

-- Certificates in the order in which they were issued. A serial number is unique within its authority, and each
-- purpose has an authority of its own. `reason` is the code of RFC 5280 §5.3.1, `at` the time of the revocation.
CREATE TABLE certificates (
    number INTEGER PRIMARY KEY,
    case_number INTEGER NOT NULL REFERENCES cases (number),
    purpose TEXT NOT NULL,
    serial BLOB NOT NULL,
    not_after INTEGER NOT NULL,
    state TEXT NOT NULL,
    reason INTEGER,
    at INTEGER,
    UNIQUE (purpose, serial)
) STRICT;
CREATE INDEX certificates_by_case ON certificates (case_number, number);
CREATE INDEX certificates_by_state ON certificates (purpose, state, number);

-- What was presented or collected at the counter: kinds only, no numbers of documents.
CREATE TABLE papers (
    number INTEGER PRIMARY KEY,
    case_number INTEGER NOT NULL REFERENCES cases (number),
    document TEXT NOT NULL,
    collected INTEGER NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX papers_by_case ON papers (case_number, number);
