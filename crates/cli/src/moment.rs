//! Times that people write.

use mynumber::crypto::UnixTime;
use mynumber::crypto::time::Civil;

use crate::language::say;

/// `2026-10-01T09:30:00Z`, with an offset in the place of `Z` too; `2026-10-01`, its first second in UTC; `@SECONDS`.
pub(crate) fn parse(text: &str) -> Result<UnixTime, String> {
    read(text).ok_or_else(|| {
        say!(
            "a time like 2026-10-01T09:30:00Z, 2026-10-01T18:30:00+09:00, 2026-10-01 or @1790814600 is expected",
            "時刻は 2026-10-01T09:30:00Z, 2026-10-01T18:30:00+09:00, 2026-10-01, @1790814600 のように指定してください"
        )
    })
}

fn read(text: &str) -> Option<UnixTime> {
    if let Some(seconds) = text.strip_prefix('@') {
        return Some(UnixTime::from_seconds(seconds.parse().ok()?));
    }
    let (date, time) = text.split_at_checked(10)?;
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let (clock, offset) = match time {
        "" => ("00:00:00", 0),
        _ => {
            let time = time.strip_prefix('T')?;
            let (clock, zone) = time.split_at_checked(8)?;
            (clock, seconds_of(zone)?)
        }
    };
    let [hour, minute, second] = numbers(clock, ':', [2, 2, 2])?;
    let small = |number: u16| u8::try_from(number).ok();
    let civil = Civil {
        year,
        month: small(month)?,
        day: small(day)?,
        hour: small(hour)?,
        minute: small(minute)?,
        second: small(second)?,
    };
    Some(UnixTime::from_seconds(UnixTime::from_civil(civil)?.seconds() - offset))
}

/// Seconds that a zone lies before UTC's clock.
fn seconds_of(zone: &str) -> Option<i64> {
    if zone == "Z" {
        return Some(0);
    }
    let (sign, rest) = match zone.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let [hours, minutes] = numbers(rest, ':', [2, 2])?;
    (hours < 24 && minutes < 60).then(|| sign * (i64::from(hours) * 3600 + i64::from(minutes) * 60))
}

/// Numbers of so many digits with a sign between them.
fn numbers<const N: usize>(text: &str, between: char, digits: [usize; N]) -> Option<[u16; N]> {
    let mut parts = text.split(between);
    let mut found = [0; N];
    for (place, digits) in found.iter_mut().zip(digits) {
        let part = parts.next()?;
        let good = part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit());
        *place = part.parse().ok().filter(|_| good)?;
    }
    parts.next().is_none().then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_each_form_and_others_are_refused() {
        for text in
            ["2026-10-01T00:30:00Z", "2026-10-01T09:30:00+09:00", "2026-09-30T23:30:00-01:00", "@1790814600"]
        {
            assert_eq!(parse(text).map(UnixTime::seconds), Ok(1_790_814_600), "{text}");
        }
        assert_eq!(parse("2026-10-01").map(|time| time.to_string()).unwrap(), "2026-10-01T00:00:00Z");
        for text in [
            "",
            "now",
            "@",
            "@1.5",
            "2026-10-1",
            "2026-02-30",
            "2026-10-01T00:30:00",
            "2026-10-01T00:30Z",
            "2026-10-01 00:30:00Z",
            "2026-10-01T00:30:00+9",
            "2026-10-01T00:30:00Z ",
            "+026-10-01",
            "2026-10-01T00:30:60Z",
            "二〇二六",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
