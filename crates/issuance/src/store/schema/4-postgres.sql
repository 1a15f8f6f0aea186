-- Days are days in Japan, nine hours ahead of UTC.
UPDATE cases SET noticed = (
    SELECT to_char(to_timestamp(max(at) + 32400) AT TIME ZONE 'UTC', 'YYYY-MM-DD') FROM audit
    WHERE audit.case_number = cases.number AND event = 'send-notice'
);
