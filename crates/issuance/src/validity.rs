//! Until when cards and certificates hold (CARD.md §8).

use mynumber_applet::Date;
use mynumber_crypto::UnixTime;
use mynumber_crypto::time::Civil;

/// Japan is nine hours ahead of UTC, all year.
const JAPAN: i64 = 9 * 3600;
const DAY: i64 = 86_400;

/// The date in Japan at a time; `None` outside the years 1 to 9999.
pub(crate) fn date_in_japan(at: UnixTime) -> Option<Date> {
    let civil = civil_in_japan(at);
    Date::new(civil.year, civil.month, civil.day).ok()
}

/// Date and time of day in Japan at a time.
pub(crate) fn civil_in_japan(at: UnixTime) -> Civil {
    UnixTime::from_seconds(at.seconds().saturating_add(JAPAN)).civil()
}

/// The last second of the day in Japan that `at` lies in: 14:59:59 UTC.
pub(crate) fn end_of_day(at: UnixTime) -> UnixTime {
    let local = at.seconds().saturating_add(JAPAN);
    UnixTime::from_seconds(local - local.rem_euclid(DAY) + DAY - 1 - JAPAN)
}

/// The last second of `date` in Japan.
pub(crate) fn end_of_date(date: Date) -> Option<UnixTime> {
    let midnight =
        Civil { year: date.year(), month: date.month(), day: date.day(), hour: 0, minute: 0, second: 0 };
    Some(UnixTime::from_seconds(UnixTime::from_civil(midnight)?.seconds() + DAY - 1 - JAPAN))
}

/// The age in whole years on `on`; 0 before the birth.
pub(crate) fn age(birth: Date, on: Date) -> u16 {
    let passed = (on.month(), on.day()) >= (birth.month(), birth.day());
    on.year().saturating_sub(birth.year()).saturating_sub(u16::from(!passed))
}

/// The `count`-th birthday after `after`. Who is born on 29 February has it on the 28th in other years.
pub(crate) fn birthday_after(birth: Date, after: Date, count: u16) -> Option<Date> {
    let birthday = |year| {
        Date::new(year, birth.month(), birth.day()).or_else(|_| Date::new(year, birth.month(), 28)).ok()
    };
    let year = after.year();
    let first = if birthday(year)? > after { year } else { year + 1 };
    birthday(first + count - 1)
}

/// Until when a card issued on `issued` holds: the tenth birthday for adults, the fifth for others; never longer than a
/// stay in Japan that ends.
pub(crate) fn card_expiry(birth: Date, issued: Date, end_of_stay: Option<Date>) -> Option<Date> {
    let birthdays = if age(birth, issued) >= 18 { 10 } else { 5 };
    let birthday = birthday_after(birth, issued, birthdays)?;
    Some(end_of_stay.map_or(birthday, |end| birthday.min(end)))
}

/// Until when certificates issued on `issued` hold: the fifth birthday, never longer than the card.
pub(crate) fn certificate_expiry(birth: Date, issued: Date, card: Date) -> Option<Date> {
    Some(birthday_after(birth, issued, 5)?.min(card))
}

#[cfg(test)]
mod tests {
    use super::{age, card_expiry, certificate_expiry, date_in_japan, end_of_date, end_of_day};
    use mynumber_applet::Date;
    use mynumber_crypto::UnixTime;

    fn date(text: &str) -> Date {
        Date::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn an_adult_gets_ten_birthdays_and_certificates_five() {
        // The dates of a test card seen: born 1980-02-17, issued 2025-10-27, until 2035-02-17; certificates 2030-02-17.
        let (birth, issued) = (date("19800217"), date("20251027"));
        let expiry = card_expiry(birth, issued, None).unwrap();
        assert_eq!(expiry, date("20350217"));
        assert_eq!(certificate_expiry(birth, issued, expiry), Some(date("20300217")));
        assert_eq!(end_of_date(date("20300217")), UnixTime::from_utc_time(b"300217145959Z"));
    }

    #[test]
    fn minors_stays_and_leap_days_are_counted() {
        assert_eq!(card_expiry(date("20100401"), date("20260401"), None), Some(date("20310401")));
        assert_eq!(card_expiry(date("20080401"), date("20260331"), None), Some(date("20300401")));
        assert_eq!(card_expiry(date("20080401"), date("20260401"), None), Some(date("20360401")));
        let stay = Some(date("20270909"));
        assert_eq!(card_expiry(date("19900101"), date("20260401"), stay), Some(date("20270909")));
        assert_eq!(certificate_expiry(date("19900101"), date("20260401"), date("20270909")), stay);
        assert_eq!(card_expiry(date("20000229"), date("20260401"), None), Some(date("20360229")));
        assert_eq!(
            certificate_expiry(date("20000229"), date("20260401"), date("20360229")),
            Some(date("20310228"))
        );
        assert_eq!(age(date("20080402"), date("20260401")), 17);
    }

    #[test]
    fn days_end_at_midnight_in_japan() {
        let evening = UnixTime::from_utc_time(b"251027150000Z").unwrap();
        assert_eq!(date_in_japan(evening), Some(date("20251028")));
        assert_eq!(end_of_day(evening), UnixTime::from_utc_time(b"251028145959Z").unwrap());
        let before = UnixTime::from_seconds(evening.seconds() - 1);
        assert_eq!(end_of_day(before), before);
    }
}
