//! Numbers of persons and places: My Number with its check digit, the municipality code.

use core::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

/// My Number (個人番号): twelve digits, the last of which checks the others.
///
/// `Debug` shows nothing of it and there is no `Display`: whoever prints it says [`MyNumber::as_str`]. Wiped on drop.
///
/// ```
/// use mynumber_applet::{MyNumber, NumberError};
///
/// assert!(MyNumber::parse(b"123456789018").is_ok());
/// assert_eq!(MyNumber::parse(b"123456789019"), Err(NumberError::CheckDigit));
/// ```
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct MyNumber([u8; 12]);

impl MyNumber {
    /// Reads twelve ASCII digits and checks the last.
    ///
    /// # Errors
    /// [`NumberError`], which does not carry the value.
    pub fn parse(digits: &[u8]) -> Result<Self, NumberError> {
        let number = <[u8; 12]>::try_from(digits).map_err(|_| NumberError::Length)?;
        if !number.iter().all(u8::is_ascii_digit) {
            return Err(NumberError::NotDigits);
        }
        let [body @ .., last] = number;
        if check_digit(&body) != Some(last) {
            return Err(NumberError::CheckDigit);
        }
        Ok(Self(number))
    }

    /// The number of eleven given digits: the check digit is appended.
    ///
    /// # Errors
    /// [`NumberError::NotDigits`].
    pub fn from_body(body: &[u8; 11]) -> Result<Self, NumberError> {
        let last = check_digit(body).ok_or(NumberError::NotDigits)?;
        let mut number = [last; 12];
        for (to, from) in number.iter_mut().zip(body) {
            *to = *from;
        }
        Ok(Self(number))
    }

    /// The twelve ASCII digits.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 12] {
        &self.0
    }

    /// The twelve digits as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Debug for MyNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MyNumber")
    }
}

/// The check digit of the first eleven digits, in ASCII (平成26年総務省令第85号 §5; CARD.md §2.2): eleven less the sum, modulo
/// 11, of the digits weighted 6 5 4 3 2 7 6 5 4 3 2 from the left; 0 where the remainder is 0 or 1.
#[must_use]
pub fn check_digit(body: &[u8; 11]) -> Option<u8> {
    const WEIGHTS: [u16; 11] = [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2];
    let sum = body.iter().zip(WEIGHTS).try_fold(0u16, |sum, (digit, weight)| {
        digit.is_ascii_digit().then(|| sum + u16::from(digit - b'0') * weight)
    })?;
    let check = match sum % 11 {
        0 | 1 => 0,
        remainder => 11 - remainder,
    };
    u8::try_from(check).ok().map(|check| check + b'0')
}

/// A municipality (全国地方公共団体コード): five digits, without the check digit that the code has elsewhere.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MunicipalityCode([u8; 5]);

impl MunicipalityCode {
    /// Reads five ASCII digits.
    ///
    /// # Errors
    /// [`NumberError`].
    pub fn parse(digits: &[u8]) -> Result<Self, NumberError> {
        let code = <[u8; 5]>::try_from(digits).map_err(|_| NumberError::Length)?;
        if code.iter().all(u8::is_ascii_digit) { Ok(Self(code)) } else { Err(NumberError::NotDigits) }
    }

    /// The five ASCII digits.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 5] {
        &self.0
    }

    /// The five digits as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The number of the prefecture, 1 to 47 where it is one: the first two digits.
    #[must_use]
    pub fn prefecture(&self) -> u8 {
        let [tens, units, ..] = self.0;
        (tens - b'0') * 10 + (units - b'0')
    }
}

impl fmt::Display for MunicipalityCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for MunicipalityCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MunicipalityCode({self})")
    }
}

/// Why digits are not such a number. Carries nothing of the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NumberError {
    /// Too few or too many digits.
    #[error("wrong number of digits")]
    Length,
    /// Something that is not an ASCII digit.
    #[error("not all of it is digits")]
    NotDigits,
    /// The check digit does not fit the others.
    #[error("the check digit does not fit")]
    CheckDigit,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_example_of_the_test_card_checks() {
        assert_eq!(check_digit(b"53768667718"), Some(b'8'));
        assert_eq!(MyNumber::parse(b"537686677188").as_ref().map(MyNumber::as_str), Ok("537686677188"));
    }

    #[test]
    fn a_remainder_of_0_or_1_gives_the_digit_0() {
        assert_eq!(check_digit(b"00000000000"), Some(b'0'));
        // Weight 6 twice: 6 * 2 = 12, remainder 1.
        assert_eq!(check_digit(b"20000000000"), Some(b'0'));
        // 6 * 1 = 6, so 11 - 6 = 5.
        assert_eq!(check_digit(b"10000000000"), Some(b'5'));
    }

    #[test]
    fn exactly_one_last_digit_of_ten_is_accepted_for_each_body() {
        for body in 0..2000u64 {
            let text = std::format!("{:011}", body * 49_999_979 % 100_000_000_000);
            let body: [u8; 11] = text.as_bytes().try_into().expect("eleven digits");
            let whole = MyNumber::from_body(&body).expect("digits");
            let accepted = (b'0'..=b'9')
                .filter(|last| {
                    let mut number = *whole.as_bytes();
                    number[11] = *last;
                    MyNumber::parse(&number).is_ok()
                })
                .count();
            assert_eq!(accepted, 1);
        }
    }

    #[test]
    fn b2_malformed_numbers_are_refused_without_the_value_in_the_error() {
        for (text, error) in [
            ("", NumberError::Length),
            ("12345678901", NumberError::Length),
            ("1234567890189", NumberError::Length),
            ("12345678901８", NumberError::Length),
            ("12345678901a", NumberError::NotDigits),
            ("123456789019", NumberError::CheckDigit),
        ] {
            let found = MyNumber::parse(text.as_bytes()).expect_err("refused");
            assert_eq!(found, error);
            assert!(!std::format!("{found} {found:?}").contains("1234"));
        }
        let number = MyNumber::parse(b"123456789018").expect("valid");
        assert_eq!(std::format!("{number:?}"), "MyNumber");
    }

    #[test]
    fn a_municipality_code_is_five_digits() {
        let code = MunicipalityCode::parse(b"13221").expect("digits");
        assert_eq!((code.as_str(), code.as_bytes(), code.prefecture()), ("13221", b"13221", 13));
        assert_eq!(MunicipalityCode::parse(b"47201").map(|code| code.prefecture()), Ok(47));
        assert_eq!(std::format!("{code} {code:?}"), "13221 MunicipalityCode(13221)");
        assert_eq!(MunicipalityCode::parse(b"1322"), Err(NumberError::Length));
        assert_eq!(MunicipalityCode::parse(b"132210"), Err(NumberError::Length));
        assert_eq!(MunicipalityCode::parse(b"1322x"), Err(NumberError::NotDigits));
    }
}
