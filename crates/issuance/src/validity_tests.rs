use super::*;
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

#[test]
fn before_april_2022_ten_birthdays_began_at_the_age_of_twenty() {
    let birth = date("20030401");
    assert_eq!(card_expiry(birth, date("20220331"), None), Some(date("20260401")));
    assert_eq!(card_expiry(birth, date("20220401"), None), Some(date("20320401")));
    assert_eq!((adult_age(date("20220331")), adult_age(date("20220401"))), (20, 18));
}

#[test]
fn nobody_gets_a_card_for_a_stay_that_has_ended() {
    let (birth, issued) = (date("19900101"), date("20260401"));
    assert_eq!(card_expiry(birth, issued, Some(date("20260331"))), None);
    assert_eq!(card_expiry(birth, issued, Some(date("20260401"))), Some(issued));
}

#[test]
fn certificates_never_outlive_the_card() {
    // Born in March, card of an adult issued nine years ago: one birthday is left.
    let (birth, card) = (date("19900315"), date("20270315"));
    assert_eq!(certificate_expiry(birth, date("20261122"), card), Some(card));
}

#[test]
fn renewal_and_its_notice_begin_three_months_before_the_end() {
    for (expiry, opens) in [
        ("20300217", "20291117"),
        ("20300531", "20300228"),
        ("20280531", "20280229"),
        ("20300131", "20291031"),
        ("20300228", "20291128"),
        ("20301231", "20300930"),
        ("20300401", "20300101"),
    ] {
        assert_eq!(renewal_opens(date(expiry)), Some(date(opens)), "{expiry}");
    }
    let expiry = date("20300217");
    for (day, open) in [("20291116", false), ("20291117", true), ("20300217", true), ("20300218", false)] {
        assert_eq!(is_renewal_time(expiry, date(day)), open, "{day}");
    }
}

#[test]
fn an_early_renewal_loses_nothing_of_the_old_time() {
    let (birth, old) = (date("19900217"), date("20300217"));
    // Two months before the end: five birthdays after the old end.
    let card = renewed_card_expiry(birth, date("20291217"), old, None).unwrap();
    assert_eq!(card, date("20400217"));
    assert_eq!(renewed_certificate_expiry(birth, date("20291217"), old, card), Some(date("20350217")));
    // Earlier than the time of renewal, and after the end, the count begins anew.
    assert_eq!(renewed_certificate_expiry(birth, date("20291101"), old, card), Some(date("20340217")));
    assert_eq!(renewed_certificate_expiry(birth, date("20300301"), old, card), Some(date("20350217")));
}

#[test]
fn months_are_counted_to_the_same_day_or_the_last_of_the_month() {
    for (day, months, before, after) in [
        ("20260831", 6, "20260228", "20270228"),
        ("20240831", 6, "20240229", "20250228"),
        ("20260115", 1, "20251215", "20260215"),
        ("20261231", 12, "20251231", "20271231"),
        ("20260331", 1, "20260228", "20260430"),
    ] {
        assert_eq!(months_before(date(day), months), Some(date(before)));
        assert_eq!(months_after(date(day), months), Some(date(after)));
    }
    assert_eq!(months_before(date("00010101"), 1), None);
    assert_eq!(months_after(date("99991201"), 1), None);
}

#[test]
fn days_and_weekdays_are_those_of_the_calendar() {
    assert_eq!(days_after(date("20281231"), 60), Some(date("20290301")));
    assert_eq!(day_after(date("20280228")), Some(date("20280229")));
    assert_eq!(day_after(date("99991231")), None);
    for (day, expected) in
        [("19700101", 3), ("20261122", 6), ("20261123", 0), ("19000101", 0), ("20240229", 3)]
    {
        assert_eq!(weekday(date(day)), expected, "{day}");
    }
}
