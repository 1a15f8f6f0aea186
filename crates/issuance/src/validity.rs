//! Until when cards and certificates hold, and from when they are renewed (CARD.md §8).
//!
//! Days are days in Japan. Who is born on 29 February has the birthday on the 28th in other years, for the end of cards
//! and certificates; an age is reached on 1 March then.

use mynumber_applet::Date;
use mynumber_crypto::UnixTime;
use mynumber_crypto::time::Civil;

/// Japan is nine hours ahead of UTC, all year.
const JAPAN: i64 = 9 * 3600;
const DAY: i64 = 86_400;

/// The date in Japan at a time; `None` outside the years 1 to 9999.
#[must_use]
pub fn date_in_japan(at: UnixTime) -> Option<Date> {
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
#[must_use]
pub fn end_of_date(date: Date) -> Option<UnixTime> {
    let midnight =
        Civil { year: date.year(), month: date.month(), day: date.day(), hour: 0, minute: 0, second: 0 };
    Some(UnixTime::from_seconds(UnixTime::from_civil(midnight)?.seconds() + DAY - 1 - JAPAN))
}

/// The age in whole years on `on`; 0 before the birth.
#[must_use]
pub fn age(birth: Date, on: Date) -> u16 {
    let passed = (on.month(), on.day()) >= (birth.month(), birth.day());
    on.year().saturating_sub(birth.year()).saturating_sub(u16::from(!passed))
}

/// The `count`-th birthday after `after`. Who is born on 29 February has it on the 28th in other years.
#[must_use]
pub fn birthday_after(birth: Date, after: Date, count: u16) -> Option<Date> {
    let birthday = |year| {
        Date::new(year, birth.month(), birth.day()).or_else(|_| Date::new(year, birth.month(), 28)).ok()
    };
    let year = after.year();
    let first = if birthday(year)? > after { year } else { year + 1 };
    birthday(first + count - 1)
}

/// The age from which a card holds for ten birthdays: 18, and 20 before 1 April 2022.
#[must_use]
pub fn adult_age(on: Date) -> u16 {
    if (on.year(), on.month()) >= (2022, 4) { 18 } else { 20 }
}

/// Until when a card issued on `issued` holds: the tenth birthday for adults, the fifth for others; never longer than a
/// stay in Japan that ends. `None` when the stay has ended before the issue, and beyond the year 9999.
#[must_use]
pub fn card_expiry(birth: Date, issued: Date, end_of_stay: Option<Date>) -> Option<Date> {
    card_expiry_from(birth, issued, issued, end_of_stay)
}

/// As [`card_expiry`], for a card that replaces one ending on `old` and is issued in the time of renewal: the birthdays
/// are counted from the end of the old card, so that nothing of it is lost.
#[must_use]
pub fn renewed_card_expiry(birth: Date, issued: Date, old: Date, end_of_stay: Option<Date>) -> Option<Date> {
    card_expiry_from(birth, issued, counted_from(issued, old)?, end_of_stay)
}

fn card_expiry_from(birth: Date, issued: Date, from: Date, end_of_stay: Option<Date>) -> Option<Date> {
    let birthdays = if age(birth, issued) >= adult_age(issued) { 10 } else { 5 };
    let birthday = birthday_after(birth, from, birthdays)?;
    let expiry = end_of_stay.map_or(birthday, |end| birthday.min(end));
    (expiry >= issued).then_some(expiry)
}

/// Until when certificates issued on `issued` hold: the fifth birthday, never longer than the card.
#[must_use]
pub fn certificate_expiry(birth: Date, issued: Date, card: Date) -> Option<Date> {
    Some(birthday_after(birth, issued, 5)?.min(card))
}

/// As [`certificate_expiry`], for certificates that replace ones ending on `old` and are issued in the time of renewal.
#[must_use]
pub fn renewed_certificate_expiry(birth: Date, issued: Date, old: Date, card: Date) -> Option<Date> {
    Some(birthday_after(birth, counted_from(issued, old)?, 5)?.min(card))
}

/// The first day on which what ends on `expiry` is renewed, and from which the holder is told of it: three months
/// before; the last day of that month where it has no such day.
#[must_use]
pub fn renewal_opens(expiry: Date) -> Option<Date> {
    months_before(expiry, 3)
}

/// The same day some months earlier, at most 12; the last day of that month where it has no such day.
pub(crate) fn months_before(date: Date, months: u8) -> Option<Date> {
    let (year, month) = match date.month().checked_sub(months) {
        Some(month @ 1..) => (date.year(), month),
        _ => (date.year().checked_sub(1)?, (date.month() + 12).checked_sub(months)?),
    };
    day_in(year, month, date.day())
}

/// The same day some months later, at most 12; the last day of that month where it has no such day.
pub(crate) fn months_after(date: Date, months: u8) -> Option<Date> {
    match date.month().checked_add(months)? {
        month @ ..=12 => day_in(date.year(), month, date.day()),
        month => day_in(date.year() + 1, month - 12, date.day()),
    }
}

/// The next day.
pub(crate) fn day_after(date: Date) -> Option<Date> {
    days_after(date, 1)
}

/// The day before.
pub(crate) fn day_before(date: Date) -> Option<Date> {
    days_before(date, 1)
}

/// Some days later.
pub(crate) fn days_after(date: Date, days: u16) -> Option<Date> {
    moved(date, i64::from(days))
}

/// Some days earlier.
pub(crate) fn days_before(date: Date, days: u16) -> Option<Date> {
    moved(date, -i64::from(days))
}

fn moved(date: Date, days: i64) -> Option<Date> {
    let moved = UnixTime::from_seconds(midnight_utc(date)?.seconds() + days * DAY);
    let civil = moved.civil();
    // A time beyond the calendar would be cut to its end.
    let date = Date::new(civil.year, civil.month, civil.day).ok()?;
    (midnight_utc(date)? == moved).then_some(date)
}

/// The day of the week, 0 for Monday.
pub(crate) fn weekday(date: Date) -> usize {
    // 1970-01-01 was a Thursday.
    let days = midnight_utc(date).map_or(0, |midnight| midnight.seconds().div_euclid(DAY));
    usize::try_from((days + 3).rem_euclid(7)).unwrap_or(0)
}

fn midnight_utc(date: Date) -> Option<UnixTime> {
    let (year, month, day) = (date.year(), date.month(), date.day());
    UnixTime::from_civil(Civil { year, month, day, hour: 0, minute: 0, second: 0 })
}

fn day_in(year: u16, month: u8, day: u8) -> Option<Date> {
    (1..=day).rev().find_map(|day| Date::new(year, month, day).ok())
}

/// Whether what ends on `expiry` is renewed on `day`: from three months before to the last day.
#[must_use]
pub fn is_renewal_time(expiry: Date, day: Date) -> bool {
    renewal_opens(expiry).is_some_and(|opens| (opens..=expiry).contains(&day))
}

/// The day after which birthdays are counted at a renewal.
fn counted_from(issued: Date, old: Date) -> Option<Date> {
    Some(if issued >= renewal_opens(old)? && issued <= old { old } else { issued })
}

#[cfg(test)]
#[path = "validity_tests.rs"]
mod tests;
