//! A date of birth as people enter it: western or by the era, with half-width or full-width digits.

use mynumber_applet::{Date, DateError, Era, EraDate};

/// Reads a date: `19800217`, `1980-02-17`, `1980/2/17`, `1980年2月17日`, `昭和55年2月17日`, `S55.2.17`, `平成元年1月8日`.
///
/// A day that lies in another era than the one written is refused, on both sides of every change of era.
///
/// ```
/// use mynumber_issuance::application::parse_date;
///
/// assert_eq!(parse_date("昭和64年1月7日"), parse_date("1989-01-07"));
/// assert!(parse_date("昭和64年1月8日").is_err());
/// ```
///
/// # Errors
/// [`DateError`]: `Form` when it is written in no such way, else what the calendar lacks.
pub fn parse_date(text: &str) -> Result<Date, DateError> {
    let text: String = text.chars().map(half_width).collect();
    if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Date::parse(text.as_bytes());
    }
    let (era, rest) = era(&text);
    let [year, month, day] = parts(rest).ok_or(DateError::Form)?;
    let small = |digits: &str| number(digits, 2).and_then(|value| u8::try_from(value).ok());
    let month = small(month).ok_or(DateError::Form)?;
    let day = small(day).ok_or(DateError::Form)?;
    match era {
        None if year.len() == 4 => Date::new(number(year, 4).ok_or(DateError::Form)?, month, day),
        None => Err(DateError::Form),
        Some(era) => {
            let year = if year == "元" { Some(1) } else { small(year) };
            EraDate::new(era, year.ok_or(DateError::Form)?, month, day).map(EraDate::to_date)
        }
    }
}

fn half_width(character: char) -> char {
    match character {
        '０'..='９' | 'Ａ'..='Ｚ' | '－' | '．' | '／' => {
            // The full-width forms stand in the order of ASCII, 0xFEE0 above it.
            char::from_u32(u32::from(character) - 0xFEE0).unwrap_or(character)
        }
        other => other,
    }
}

/// The era that a text begins with, and the rest.
fn era(text: &str) -> (Option<Era>, &str) {
    for era in Era::ALL {
        let letter = match era {
            Era::Meiji => "M",
            Era::Taisho => "T",
            Era::Showa => "S",
            Era::Heisei => "H",
            Era::Reiwa => "R",
        };
        if let Some(rest) = text.strip_prefix(era.japanese()).or_else(|| text.strip_prefix(letter)) {
            return (Some(era), rest);
        }
    }
    (None, text)
}

/// Year, month and day between their signs.
fn parts(text: &str) -> Option<[&str; 3]> {
    if let Some((year, rest)) = text.split_once('年') {
        let (month, rest) = rest.split_once('月')?;
        return Some([year, month, rest.strip_suffix('日')?]);
    }
    ['-', '/', '.'].into_iter().find_map(|sign| {
        let mut parts = text.split(sign);
        let found = [parts.next()?, parts.next()?, parts.next()?];
        parts.next().is_none().then_some(found)
    })
}

/// A number of one digit to `most`.
fn number(digits: &str, most: usize) -> Option<u16> {
    let fits = (1..=most).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    if fits { digits.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::parse_date;
    use mynumber_applet::{Date, DateError};

    fn date(text: &str) -> Date {
        Date::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn a_birth_date_in_era_or_western_form_is_the_same_day() {
        for text in [
            "19800217",
            "1980-02-17",
            "1980/2/17",
            "1980.02.17",
            "1980年2月17日",
            "昭和55年2月17日",
            "S55.2.17",
            "Ｓ５５．２．１７",
            "１９８０年２月１７日",
        ] {
            assert_eq!(parse_date(text), Ok(date("19800217")), "{text}");
        }
    }

    #[test]
    fn every_change_of_era_is_kept_on_both_sides() {
        for (last, first, day) in [
            ("明治45年7月29日", "大正元年7月30日", "19120730"),
            ("大正15年12月24日", "昭和元年12月25日", "19261225"),
            ("昭和64年1月7日", "平成元年1月8日", "19890108"),
            ("平成31年4月30日", "令和元年5月1日", "20190501"),
        ] {
            let (before, after) = (parse_date(last).unwrap(), parse_date(first).unwrap());
            assert_eq!(after, date(day));
            assert!(before < after);
            // The same year of the old era, one day later; the first year of the new, one day earlier.
            let over = last.split('年').next().unwrap().to_owned() + &first[first.find('年').unwrap()..];
            assert_eq!(parse_date(&over), Err(DateError::Era), "{over}");
            let under = first.split('年').next().unwrap().to_owned() + &last[last.find('年').unwrap()..];
            assert_eq!(parse_date(&under), Err(DateError::Era), "{under}");
        }
        assert_eq!(parse_date("明治元年1月24日"), Err(DateError::Era));
        assert_eq!(parse_date("H1.1.8"), parse_date("平成元年1月8日"));
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for (text, error) in [
            ("", DateError::Form),
            ("1980-02", DateError::Form),
            ("1980-02-17-1", DateError::Form),
            ("80-02-17", DateError::Form),
            ("1980/02-17", DateError::Form),
            ("昭和五十五年二月十七日", DateError::Form),
            ("昭和055年2月17日", DateError::Form),
            ("+980-02-17", DateError::Form),
            ("元年2月17日", DateError::Form),
            ("1980-2- 17", DateError::Form),
            ("令和0年5月1日", DateError::Year),
            ("1980-13-01", DateError::Month),
            ("1981-02-29", DateError::Day),
            ("19810229", DateError::Day),
        ] {
            assert_eq!(parse_date(text), Err(error), "{text}");
        }
    }
}
