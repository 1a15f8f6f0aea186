use super::*;
use proptest::prelude::*;
use std::string::ToString;

fn date(year: u16, month: u8, day: u8) -> Date {
    Date::new(year, month, day).expect("a date of the calendar")
}

#[test]
fn a_day_is_told_in_its_parts_and_in_eight_digits() {
    let day = date(2035, 12, 7);
    assert_eq!((day.year(), day.month(), day.day()), (2035, 12, 7));
    assert_eq!((day.to_ascii(), date(9, 1, 31).to_ascii()), (*b"20351207", *b"00090131"));
    assert_eq!((day.to_string(), date(9, 1, 31).to_string()), ("2035-12-07".into(), "0009-01-31".into()));
}

#[test]
fn each_era_begins_on_its_published_day_and_ends_the_day_before_the_next() {
    let rows = [
        ((1868, 1, 25), (Era::Meiji, 1), None),
        ((1912, 7, 30), (Era::Taisho, 1), Some(((1912, 7, 29), Era::Meiji, 45))),
        ((1926, 12, 25), (Era::Showa, 1), Some(((1926, 12, 24), Era::Taisho, 15))),
        ((1989, 1, 8), (Era::Heisei, 1), Some(((1989, 1, 7), Era::Showa, 64))),
        ((2019, 5, 1), (Era::Reiwa, 1), Some(((2019, 4, 30), Era::Heisei, 31))),
    ];
    for ((year, month, day), (era, era_year), before) in rows {
        let first = date(year, month, day).to_era().expect("in an era");
        assert_eq!((first.era(), first.year()), (era, era_year));
        if let Some(((year, month, day), era, era_year)) = before {
            let last = date(year, month, day).to_era().expect("in an era");
            assert_eq!((last.era(), last.year()), (era, era_year));
        }
    }
    assert_eq!(date(1868, 1, 24).to_era(), None);
}

#[test]
fn every_day_from_meiji_to_2199_converts_there_and_back() {
    let mut count = 0u32;
    for year in 1868..=2199 {
        for month in 1..=12 {
            for day in 1..=31 {
                let Ok(day) = Date::new(year, month, day) else { continue };
                let Some(era) = day.to_era() else {
                    assert!(day < Era::Meiji.first_day());
                    continue;
                };
                assert_eq!(era.to_date(), day);
                assert_eq!(EraDate::new(era.era(), era.year(), era.month(), era.day()), Ok(era));
                count += 1;
            }
        }
    }
    // 332 Gregorian years less the first 24 days; 81 of the years are leap years (1900, 2100 are not).
    assert_eq!(count, 332 * 365 + 81 - 24);
}

#[test]
fn a_day_of_another_era_is_refused() {
    assert_eq!(EraDate::new(Era::Taisho, 15, 12, 25), Err(DateError::Era));
    assert_eq!(EraDate::new(Era::Showa, 1, 12, 24), Err(DateError::Era));
    assert_eq!(EraDate::new(Era::Heisei, 31, 5, 1), Err(DateError::Era));
    assert_eq!(EraDate::new(Era::Reiwa, 0, 5, 1), Err(DateError::Year));
    assert_eq!(EraDate::new(Era::Meiji, 1, 1, 24), Err(DateError::Era));
}

#[test]
fn days_that_the_calendar_lacks_are_refused() {
    assert_eq!(Date::new(0, 1, 1), Err(DateError::Year));
    assert_eq!(Date::new(10000, 1, 1), Err(DateError::Year));
    assert_eq!(Date::new(2000, 0, 1), Err(DateError::Month));
    assert_eq!(Date::new(2000, 13, 1), Err(DateError::Month));
    assert_eq!(Date::new(2000, 4, 31), Err(DateError::Day));
    assert_eq!(Date::new(1900, 2, 29), Err(DateError::Day));
    assert_eq!(Date::new(2001, 1, 0), Err(DateError::Day));
    assert!(Date::new(2000, 2, 29).is_ok());
    for text in [&b""[..], b"1980021", b"198002170", b"1980 217", b"-9800217", b"19800217\0"] {
        assert_eq!(Date::parse(text), Err(DateError::Form));
    }
}

#[test]
fn dates_are_shown_in_both_forms() {
    assert_eq!(date(1980, 2, 17).to_string(), "1980-02-17");
    assert_eq!(date(1980, 2, 17).to_era().map(|era| era.to_string()), Some("昭和55年2月17日".into()));
    assert_eq!(date(2019, 5, 1).to_era().map(|era| era.to_string()), Some("令和元年5月1日".into()));
}

#[test]
fn eras_have_their_names_and_the_digits_that_certificates_write() {
    let published = [
        (Era::Meiji, "明治", b'1'),
        (Era::Taisho, "大正", b'2'),
        (Era::Showa, "昭和", b'3'),
        (Era::Heisei, "平成", b'4'),
        (Era::Reiwa, "令和", b'5'),
    ];
    for byte in 0..=u8::MAX {
        let known = published.iter().find(|(.., digit)| *digit == byte).map(|(era, ..)| *era);
        assert_eq!(Era::from_digit(byte), known);
    }
    assert!(published.iter().all(|(era, name, digit)| (era.japanese(), era.digit()) == (*name, *digit)));
}

#[test]
fn a_day_of_an_era_is_told_in_its_parts_and_in_six_digits() {
    let day = date(1949, 11, 7).to_era().expect("in an era");
    assert_eq!((day.era(), day.year(), day.month(), day.day()), (Era::Showa, 24, 11, 7));
    assert_eq!((day.yymmdd(), day.to_date()), (*b"241107", date(1949, 11, 7)));
}

#[test]
fn era_digits_survive_a_round_trip() {
    for era in Era::ALL {
        assert_eq!(Era::from_digit(era.digit()), Some(era));
    }
    assert_eq!(Era::from_digit(b'0'), None);
}

proptest! {
    #[test]
    fn any_bytes_are_a_date_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..12)) {
        if let Ok(date) = Date::parse(&bytes) {
            prop_assert_eq!(&date.to_ascii()[..], &bytes[..]);
        }
    }
}
