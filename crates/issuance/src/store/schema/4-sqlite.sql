-- Days are days in Japan, nine hours ahead of UTC.
UPDATE cases SET noticed = (
    SELECT date(max(at) + 32400, 'unixepoch') FROM audit
    WHERE audit.case_number = cases.number AND event = 'send-notice'
);
