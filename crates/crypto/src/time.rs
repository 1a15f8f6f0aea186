//! Time as an argument: seconds since 1970 in UTC, and the two ASN.1 forms of it.

use core::fmt;

/// Seconds since 1970-01-01 00:00:00 UTC, leap seconds left out (POSIX time).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UnixTime(i64);

const DAY: i64 = 86_400;

impl UnixTime {
    /// The time this many seconds after 1970-01-01 00:00:00 UTC.
    #[must_use]
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds)
    }

    /// Seconds after 1970-01-01 00:00:00 UTC.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0
    }

    /// The time of a date and time of day in UTC, or `None` when the calendar has no such one (Gregorian, years 1 to
    /// 9999, no leap second).
    #[must_use]
    pub fn from_civil(civil: Civil) -> Option<Self> {
        let Civil { year, month, day, hour, minute, second } = civil;
        let valid = (1..=9999).contains(&year)
            && (1..=12).contains(&month)
            && (1..=days_in_month(year, month)).contains(&day)
            && hour < 24
            && minute < 60
            && second < 60;
        valid.then(|| {
            let of_day = i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
            Self(days_from_civil(year, month, day) * DAY + of_day)
        })
    }

    /// The date and time of day in UTC. Years outside 1 to 9999 become the nearest of the two.
    #[must_use]
    pub fn civil(self) -> Civil {
        let (first, last) = (-62_135_596_800, 253_402_300_799);
        let seconds = self.0.clamp(first, last);
        let (days, of_day) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
        let (year, month, day) = civil_from_days(days);
        let part = |value: i64| u8::try_from(value).unwrap_or_default();
        Civil {
            year,
            month,
            day,
            hour: part(of_day / 3600),
            minute: part(of_day / 60 % 60),
            second: part(of_day % 60),
        }
    }

    /// Reads the content of a UTCTime in the form that certificates use, `YYMMDDhhmmssZ` (RFC 5280 §4.1.2.5.1).
    #[must_use]
    pub fn from_utc_time(text: &[u8]) -> Option<Self> {
        let (year, rest) = text.split_at_checked(2)?;
        let year = number(year)?;
        Self::from_parts(if year < 50 { 2000 + year } else { 1900 + year }, rest)
    }

    /// Reads the content of a GeneralizedTime in the form that certificates use, `YYYYMMDDhhmmssZ`
    /// (RFC 5280 §4.1.2.5.2).
    #[must_use]
    pub fn from_generalized_time(text: &[u8]) -> Option<Self> {
        let (year, rest) = text.split_at_checked(4)?;
        Self::from_parts(number(year)?, rest)
    }

    fn from_parts(year: u16, rest: &[u8]) -> Option<Self> {
        let [m0, m1, d0, d1, h0, h1, i0, i1, s0, s1, b'Z'] = *rest else {
            return None;
        };
        let two = |a: u8, b: u8| {
            let (a, b) = (a.wrapping_sub(b'0'), b.wrapping_sub(b'0'));
            (a < 10 && b < 10).then(|| a * 10 + b)
        };
        Self::from_civil(Civil {
            year,
            month: two(m0, m1)?,
            day: two(d0, d1)?,
            hour: two(h0, h1)?,
            minute: two(i0, i1)?,
            second: two(s0, s1)?,
        })
    }
}

impl fmt::Display for UnixTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Civil { year, month, day, hour, minute, second } = self.civil();
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

impl fmt::Debug for UnixTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UnixTime({self})")
    }
}

/// A Gregorian date and a time of day in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Civil {
    /// 1 to 9999.
    pub year: u16,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
    /// 0 to 59.
    pub second: u8,
}

/// A decimal number of ASCII digits.
fn number(digits: &[u8]) -> Option<u16> {
    digits.iter().try_fold(0u16, |value, digit| {
        digit.is_ascii_digit().then_some(value * 10 + u16::from(digit.wrapping_sub(b'0')))
    })
}

const fn days_in_month(year: u16, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days from 1970-01-01 to a Gregorian date; years are counted from March so that the leap day comes last.
fn days_from_civil(year: u16, month: u8, day: u8) -> i64 {
    let year = i64::from(year) - i64::from(month <= 2);
    let month = (i64::from(month) + 9) % 12;
    let day_of_year = (153 * month + 2) / 5 + i64::from(day) - 1;
    // 719,468 days lie between 0000-03-01 and 1970-01-01.
    year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + day_of_year - 719_468
}

/// The inverse of [`days_from_civil`].
fn civil_from_days(days: i64) -> (u16, u8, u8) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let part = |value: i64| u8::try_from(value).unwrap_or(1);
    (u16::try_from(year).unwrap_or(1), part(month), part(day))
}

#[cfg(test)]
mod tests {
    use super::{Civil, UnixTime};
    use std::string::ToString;

    #[test]
    fn known_instants_convert_both_ways() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_761_528_957, "2025-10-27T01:35:57Z"),
            (-2_208_988_800, "1900-01-01T00:00:00Z"),
        ] {
            let time = UnixTime::from_seconds(seconds);
            assert_eq!(time.to_string(), text);
            assert_eq!(UnixTime::from_civil(time.civil()), Some(time));
        }
    }

    #[test]
    fn every_day_of_five_centuries_converts_both_ways() {
        let start = UnixTime::from_generalized_time(b"17000101000000Z").unwrap().seconds();
        let mut last = Civil { year: 1699, month: 12, day: 31, hour: 0, minute: 0, second: 0 };
        for day in 0..182_621 {
            let time = UnixTime::from_seconds(start + day * 86_400);
            let civil = time.civil();
            assert!(civil > last, "{civil:?} after {last:?}");
            assert_eq!(UnixTime::from_civil(civil), Some(time));
            last = civil;
        }
        assert_eq!((last.year, last.month, last.day), (2199, 12, 31));
    }

    #[test]
    fn the_asn1_forms_read_as_the_standard_says() {
        let utc = UnixTime::from_utc_time(b"300217145959Z").unwrap();
        assert_eq!(utc.to_string(), "2030-02-17T14:59:59Z");
        assert_eq!(UnixTime::from_generalized_time(b"20300217145959Z"), Some(utc));
        assert_eq!(UnixTime::from_utc_time(b"500101000000Z").unwrap().civil().year, 1950);
        assert_eq!(UnixTime::from_utc_time(b"491231235959Z").unwrap().civil().year, 2049);
    }

    #[test]
    fn d6_malformed_times_are_refused() {
        let malformed: [&[u8]; 9] = [
            b"",
            b"300217145959",
            b"3002171459Z",
            b"300231145959Z",
            b"301317145959Z",
            b"300217245959Z",
            b"300217145960Z",
            b"3\xFF0217145959Z",
            b"300217145959+0900",
        ];
        for text in malformed {
            assert_eq!(UnixTime::from_utc_time(text), None, "{text:?}");
        }
        assert_eq!(UnixTime::from_generalized_time(b"20300217145959.5Z"), None);
        assert_eq!(UnixTime::from_generalized_time(b"00000217145959Z"), None);
    }
}
