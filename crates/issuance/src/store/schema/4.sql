-- Version 4: PINs that were begun and are not known to be on the card; the day of the notice; certificates by their end; what
-- the clerk answered about the photo.
ALTER TABLE cases ADD COLUMN open_pins TEXT;
ALTER TABLE cases ADD COLUMN noticed TEXT;
CREATE INDEX cases_by_notice ON cases (noticed, number);
CREATE INDEX certificates_by_end ON certificates (not_after, number);
-- Which PINs were begun was not kept before. Only the juki PIN has two references that may be apart.
UPDATE cases SET open_pins = 'juki' WHERE state = 'resetting';

-- One row for each question, in the order in which they were answered. `ground` is that of an exception.
CREATE TABLE photo_answers (
    number INTEGER PRIMARY KEY,
    case_number INTEGER NOT NULL REFERENCES cases (number),
    at INTEGER NOT NULL,
    clerk TEXT NOT NULL,
    question TEXT NOT NULL,
    answer TEXT NOT NULL,
    ground TEXT
) STRICT;
CREATE INDEX photo_answers_by_case ON photo_answers (case_number, number);
