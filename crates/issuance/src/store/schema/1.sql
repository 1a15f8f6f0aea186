-- Version 1. Texts of persons stand in `cases` only; dates are ISO 8601, times seconds since 1970 in UTC.
CREATE TABLE cases (
    number INTEGER PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 1,
    state TEXT NOT NULL,
    registered INTEGER NOT NULL,
    channel TEXT NOT NULL,
    form TEXT NOT NULL,
    form_id TEXT,
    my_number TEXT,
    name TEXT NOT NULL,
    address TEXT NOT NULL,
    birth_date TEXT NOT NULL,
    sex TEXT NOT NULL,
    end_of_stay TEXT,
    contact_name TEXT,
    contact_email TEXT,
    representative TEXT,
    under_guardianship INTEGER NOT NULL,
    photo_sha256 BLOB,
    photo_taken TEXT NOT NULL,
    wants_signature INTEGER NOT NULL,
    wants_user_authentication INTEGER NOT NULL,
    wants_braille_name INTEGER NOT NULL
) STRICT;

-- One form, one living case.
CREATE UNIQUE INDEX one_case_per_form ON cases (form_id)
    WHERE form_id IS NOT NULL AND state NOT IN ('sent-back', 'uncollected', 'returned', 'replaced');

CREATE TABLE audit (
    number INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    clerk TEXT NOT NULL,
    actor TEXT NOT NULL,
    event TEXT NOT NULL,
    detail TEXT NOT NULL,
    case_number INTEGER REFERENCES cases (number),
    hash BLOB NOT NULL
) STRICT;
