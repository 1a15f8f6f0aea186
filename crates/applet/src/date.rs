//! Calendar dates as the card writes them: Gregorian `YYYYMMDD`, and Japanese-era `YYMMDD` (CARD.md §3).

use core::fmt;

/// A date of the Gregorian calendar, the years 1 to 9999.
///
/// ```
/// use mynumber_applet::{Date, Era};
///
/// let birth = Date::parse(b"19800217")?;
/// let era = birth.to_era().expect("after 1868");
/// assert_eq!((era.era(), era.year()), (Era::Showa, 55));
/// assert_eq!(&era.yymmdd(), b"550217");
/// # Ok::<(), mynumber_applet::DateError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// A date from its parts; month and day count from 1.
    ///
    /// # Errors
    /// [`DateError`] when the calendar has no such day.
    pub const fn new(year: u16, month: u8, day: u8) -> Result<Self, DateError> {
        if year < 1 || year > 9999 {
            return Err(DateError::Year);
        }
        let Some(days) = days_of_month(year, month) else { return Err(DateError::Month) };
        if day < 1 || day > days {
            return Err(DateError::Day);
        }
        Ok(Self { year, month, day })
    }

    /// Reads the eight ASCII digits `YYYYMMDD`.
    ///
    /// # Errors
    /// [`DateError::Form`] when they are not eight digits, and as [`Date::new`].
    pub fn parse(text: &[u8]) -> Result<Self, DateError> {
        let (year, rest) = text.split_at_checked(4).ok_or(DateError::Form)?;
        let (month, day) = rest.split_at_checked(2).ok_or(DateError::Form)?;
        if day.len() != 2 {
            return Err(DateError::Form);
        }
        let small = |digits| number(digits).and_then(|value| u8::try_from(value).ok()).ok_or(DateError::Form);
        Self::new(number(year).ok_or(DateError::Form)?, small(month)?, small(day)?)
    }

    /// The year, 1 to 9999.
    #[must_use]
    pub const fn year(self) -> u16 {
        self.year
    }

    /// The month, 1 to 12.
    #[must_use]
    pub const fn month(self) -> u8 {
        self.month
    }

    /// The day of the month, 1 to 31.
    #[must_use]
    pub const fn day(self) -> u8 {
        self.day
    }

    /// The eight ASCII digits `YYYYMMDD`.
    #[must_use]
    pub fn to_ascii(self) -> [u8; 8] {
        let [a, b] = digits(self.year / 100);
        let [c, d] = digits(self.year);
        let [e, f] = digits(u16::from(self.month));
        let [g, h] = digits(u16::from(self.day));
        [a, b, c, d, e, f, g, h]
    }

    /// The same day by the Japanese era; `None` before 明治.
    #[must_use]
    pub fn to_era(self) -> Option<EraDate> {
        let era = Era::ALL.into_iter().rev().find(|era| era.first_day() <= self)?;
        let year = u8::try_from(self.year - era.first_day().year + 1).ok()?;
        Some(EraDate { era, year, month: self.month, day: self.day })
    }
}

/// `YYYY-MM-DD` (ISO 8601).
impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

const fn days_of_month(year: u16, month: u8) -> Option<u8> {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => Some(31),
        4 | 6 | 9 | 11 => Some(30),
        2 if leap => Some(29),
        2 => Some(28),
        _ => None,
    }
}

fn number(digits: &[u8]) -> Option<u16> {
    digits.iter().try_fold(0u16, |value, digit| {
        digit.is_ascii_digit().then(|| value.wrapping_mul(10) + u16::from(digit - b'0'))
    })
}

/// The last two digits of a number, in ASCII.
fn digits(value: u16) -> [u8; 2] {
    let digit = |value: u16| u8::try_from(value % 10).unwrap_or_default() + b'0';
    [digit(value / 10), digit(value)]
}

/// A Japanese era.
///
/// 明治 begins with the first day of the year that the proclamation of 1868-10-23 renamed as a whole (慶応4年1月1日 =
/// 1868-01-25); 大正 and 昭和 begin with the day of their proclamation; 平成 and 令和 with the day after the
/// promulgation or the day set by government ordinance (昭和64年政令第1号, 平成31年政令第143号). Lunisolar dates before 1873 are
/// not converted: they are counted in the Gregorian calendar here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Era {
    /// 明治, from 1868-01-25.
    Meiji,
    /// 大正, from 1912-07-30.
    Taisho,
    /// 昭和, from 1926-12-25.
    Showa,
    /// 平成, from 1989-01-08.
    Heisei,
    /// 令和, from 2019-05-01.
    Reiwa,
}

impl Era {
    /// The eras, oldest first.
    pub const ALL: [Self; 5] = [Self::Meiji, Self::Taisho, Self::Showa, Self::Heisei, Self::Reiwa];

    /// The first day of the era.
    #[must_use]
    pub const fn first_day(self) -> Date {
        let (year, month, day) = match self {
            Self::Meiji => (1868, 1, 25),
            Self::Taisho => (1912, 7, 30),
            Self::Showa => (1926, 12, 25),
            Self::Heisei => (1989, 1, 8),
            Self::Reiwa => (2019, 5, 1),
        };
        Date { year, month, day }
    }

    /// The era's name.
    #[must_use]
    pub const fn japanese(self) -> &'static str {
        match self {
            Self::Meiji => "明治",
            Self::Taisho => "大正",
            Self::Showa => "昭和",
            Self::Heisei => "平成",
            Self::Reiwa => "令和",
        }
    }

    /// The digit that certificates and the driver's licence put before a date: 1 明治 to 5 令和 (CARD.md §5).
    #[must_use]
    pub const fn digit(self) -> u8 {
        match self {
            Self::Meiji => b'1',
            Self::Taisho => b'2',
            Self::Showa => b'3',
            Self::Heisei => b'4',
            Self::Reiwa => b'5',
        }
    }

    /// The era of such a digit.
    #[must_use]
    pub fn from_digit(digit: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|era| era.digit() == digit)
    }
}

/// A date by the Japanese era. Only days that lie in the era exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EraDate {
    era: Era,
    year: u8,
    month: u8,
    day: u8,
}

impl EraDate {
    /// A date from its parts; year, month and day count from 1.
    ///
    /// # Errors
    /// [`DateError::Era`] when the day lies in another era, and as [`Date::new`].
    pub fn new(era: Era, year: u8, month: u8, day: u8) -> Result<Self, DateError> {
        if year == 0 {
            return Err(DateError::Year);
        }
        let date = Date::new(era.first_day().year + u16::from(year) - 1, month, day)?;
        date.to_era().filter(|found| found.era == era).ok_or(DateError::Era)
    }

    /// The era.
    #[must_use]
    pub const fn era(self) -> Era {
        self.era
    }

    /// The year of the era, counted from 1.
    #[must_use]
    pub const fn year(self) -> u8 {
        self.year
    }

    /// The month, 1 to 12.
    #[must_use]
    pub const fn month(self) -> u8 {
        self.month
    }

    /// The day of the month, 1 to 31.
    #[must_use]
    pub const fn day(self) -> u8 {
        self.day
    }

    /// The same day in the Gregorian calendar.
    #[must_use]
    pub const fn to_date(self) -> Date {
        // `u16::from` is not const.
        let year = self.era.first_day().year + u16::from_be_bytes([0, self.year]) - 1;
        Date { year, month: self.month, day: self.day }
    }

    /// The six ASCII digits `YYMMDD` with the year of the era, as verification number B begins.
    #[must_use]
    pub fn yymmdd(self) -> [u8; 6] {
        let [a, b] = digits(u16::from(self.year));
        let [c, d] = digits(u16::from(self.month));
        let [e, f] = digits(u16::from(self.day));
        [a, b, c, d, e, f]
    }
}

/// `昭和55年2月17日`, and `元` for the first year.
impl fmt::Display for EraDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.era.japanese())?;
        match self.year {
            1 => f.write_str("元")?,
            year => write!(f, "{year}")?,
        }
        write!(f, "年{}月{}日", self.month, self.day)
    }
}

/// Why something is not a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DateError {
    /// Not eight digits `YYYYMMDD`.
    #[error("a date is eight digits, YYYYMMDD")]
    Form,
    /// No such year.
    #[error("the year is out of range")]
    Year,
    /// No such month.
    #[error("there is no such month")]
    Month,
    /// The month has no such day.
    #[error("the month has no such day")]
    Day,
    /// The day lies in another era, or before 明治.
    #[error("the day does not lie in this era")]
    Era,
}

#[cfg(test)]
#[path = "date_tests.rs"]
mod tests;
