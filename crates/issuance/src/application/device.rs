//! 端末確認コード: a code that binds the device on which a registration goes on to the one on which it began.
//!
//! Length, tries and life are this project's choice; what is published is only that there is such a code.

use std::fmt;

use mynumber_crypto::UnixTime;
use rand_core::CryptoRng;
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

/// A code that was handed out. Single use, five tries, thirty minutes.
///
/// `Debug` shows nothing of it. Wiped on drop and when it is used up.
pub struct DeviceCode {
    digits: [u8; Self::LENGTH],
    until: UnixTime,
    state: CodeState,
}

#[derive(Clone, Copy)]
enum CodeState {
    Open { tries: u8 },
    Exhausted,
    Used,
}

impl DeviceCode {
    /// How many digits it has.
    pub const LENGTH: usize = 6;
    /// How many wrong entries end it.
    pub const TRIES: u8 = 5;
    /// How long it can be used, in seconds.
    pub const LIFE: i64 = 30 * 60;

    /// A new code, each of the million with the same probability.
    pub fn issue<R: CryptoRng + ?Sized>(now: UnixTime, rng: &mut R) -> Self {
        let mut digits = [0; Self::LENGTH];
        for digit in &mut digits {
            *digit = b'0' + random_digit(rng);
        }
        let until = UnixTime::from_seconds(now.seconds().saturating_add(Self::LIFE));
        Self { digits, until, state: CodeState::Open { tries: Self::TRIES } }
    }

    /// The digits, to be shown on the first device.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.digits).unwrap_or_default()
    }

    /// Checks what was entered on the other device. The right code can be used once.
    ///
    /// # Errors
    /// [`CodeError`]. An entry that is not six digits costs no try.
    pub fn confirm(&mut self, entered: &str, now: UnixTime) -> Result<ConfirmedDevice, CodeError> {
        let CodeState::Open { tries } = self.state else {
            return Err(match self.state {
                CodeState::Used => CodeError::Used,
                _ => CodeError::Exhausted,
            });
        };
        if now > self.until {
            self.close(CodeState::Exhausted);
            return Err(CodeError::Expired);
        }
        if entered.len() != Self::LENGTH || !entered.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(CodeError::Form);
        }
        // The try is taken before the comparison.
        let left = tries.saturating_sub(1);
        self.state = CodeState::Open { tries: left };
        if bool::from(self.digits.as_slice().ct_eq(entered.as_bytes())) {
            self.close(CodeState::Used);
            return Ok(ConfirmedDevice(()));
        }
        if left == 0 {
            self.close(CodeState::Exhausted);
            return Err(CodeError::Exhausted);
        }
        Err(CodeError::Wrong { left })
    }

    fn close(&mut self, state: CodeState) {
        self.digits.zeroize();
        self.state = state;
    }
}

/// A digit, each with the same probability.
fn random_digit<R: CryptoRng + ?Sized>(rng: &mut R) -> u8 {
    let mut byte = [0];
    loop {
        rng.fill_bytes(&mut byte);
        let [value] = byte;
        // 250 is the largest multiple of ten that a byte holds.
        if value < 250 {
            return value % 10;
        }
    }
}

impl Drop for DeviceCode {
    fn drop(&mut self) {
        self.digits.zeroize();
    }
}

impl fmt::Debug for DeviceCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeviceCode")
    }
}

/// Evidence that the right code was entered; only [`DeviceCode::confirm`] makes it.
#[derive(Debug)]
pub struct ConfirmedDevice(());

/// Why a code was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CodeError {
    /// Not six half-width digits; no try was taken.
    #[error("the code is six half-width digits")]
    Form,
    /// Another code.
    #[error("wrong code; {left} tries left")]
    Wrong {
        /// How many tries are left.
        left: u8,
    },
    /// No try is left: a new code is needed.
    #[error("no try is left; ask for a new code")]
    Exhausted,
    /// Too late: a new code is needed.
    #[error("the code has expired; ask for a new one")]
    Expired,
    /// The code was used: a new code is needed.
    #[error("the code was used already; ask for a new one")]
    Used,
}

#[cfg(test)]
mod tests {
    use super::{CodeError, DeviceCode};
    use mynumber_crypto::UnixTime;
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    fn code(seed: u64) -> (DeviceCode, String) {
        let code = DeviceCode::issue(at(0), &mut ChaCha20Rng::seed_from_u64(seed));
        let digits = code.as_str().to_owned();
        (code, digits)
    }

    fn at(seconds: i64) -> UnixTime {
        UnixTime::from_seconds(1_800_000_000 + seconds)
    }

    fn other(digits: &str) -> String {
        let last = if digits.ends_with('0') { "1" } else { "0" };
        digits[..5].to_owned() + last
    }

    #[test]
    fn a_device_code_is_used_once() {
        let (mut code, digits) = code(1);
        assert_eq!(digits.len(), 6);
        assert!(code.confirm(&digits, at(10)).is_ok());
        assert_eq!(code.confirm(&digits, at(11)).unwrap_err(), CodeError::Used);
        assert_eq!(code.confirm("000000", at(11)).unwrap_err(), CodeError::Used);
        assert_ne!(code.as_str(), digits);
    }

    #[test]
    fn a_device_code_has_five_tries_and_then_the_right_one_is_refused() {
        let (mut code, digits) = code(2);
        for left in [4, 3, 2, 1] {
            assert_eq!(code.confirm(&other(&digits), at(1)).unwrap_err(), CodeError::Wrong { left });
            assert_eq!(code.confirm("12345", at(1)).unwrap_err(), CodeError::Form);
            assert_eq!(code.confirm("１２３４５６", at(1)).unwrap_err(), CodeError::Form);
        }
        assert_eq!(code.confirm(&other(&digits), at(1)).unwrap_err(), CodeError::Exhausted);
        assert_eq!(code.confirm(&digits, at(1)).unwrap_err(), CodeError::Exhausted);
    }

    #[test]
    fn a_device_code_lives_half_an_hour() {
        let (mut first, digits) = code(3);
        assert!(first.confirm(&digits, at(DeviceCode::LIFE)).is_ok());
        let (mut second, digits) = code(3);
        assert_eq!(second.confirm(&digits, at(DeviceCode::LIFE + 1)).unwrap_err(), CodeError::Expired);
        assert!(second.confirm(&digits, at(1)).is_err(), "a clock set back does not bring it to life again");
    }

    #[test]
    fn codes_use_all_digits_evenly_and_are_not_shown() {
        let mut counts = [0u32; 10];
        for seed in 0..1000 {
            for digit in code(seed).1.bytes() {
                counts[usize::from(digit - b'0')] += 1;
            }
        }
        assert!(counts.iter().all(|count| (480..720).contains(count)), "{counts:?}");
        assert_eq!(format!("{:?}", code(1).0), "DeviceCode");
    }
}
