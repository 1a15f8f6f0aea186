-- Version 2: the last day on which a card is fetched.
ALTER TABLE cases ADD COLUMN deadline TEXT;
CREATE INDEX cases_by_state ON cases (state, number);
