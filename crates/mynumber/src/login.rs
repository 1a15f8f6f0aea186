//! Log-in with the card, the client's side: the card answers a challenge of [`crate::crypto::login`].
//!
//! ```no_run
//! # // Not run here: RSA keys take a while to make without optimisation. The examples `log_in_server` and
//! # // `log_in_client` are run by their tests.
//! use mynumber::crypto::login::{Audience, Challenge};
//! use mynumber::driver::Card;
//! use mynumber::{login, testing};
//!
//! # fn line_from_the_service() -> &'static str { "" }
//! let mut card = Card::new(testing::card("taro"));
//! let pin = testing::secrets().user_authentication;
//!
//! // Where the user believes to be: from the address that the client connected to, never from the challenge.
//! let here = Audience::parse("https://service.example")?;
//! let challenge = Challenge::parse(line_from_the_service())?;
//! let answered = login::answer(&mut card, &pin, &challenge, &here)?;
//! let answer = answered.as_answer();
//! // To the service: answer.challenge, answer.certificate, answer.scheme, answer.signature.
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use mynumber_applet::pin::{FourDigitPin, reference};
use mynumber_crypto::Scheme;
use mynumber_crypto::digest::Hash;
use mynumber_crypto::login::{Answer, Audience, Challenge};
use mynumber_driver::{Card, Input, Signature, Unlocked};
use mynumber_transport::Transport;

use crate::OwnCertificate;

/// Answers a challenge with the card's user-authentication key, in RSASSA-PKCS1-v1_5 with SHA-256: 6 exchanges.
///
/// `expected`: the service that the user believes to log in to. When the challenge is another's, nothing is sent to the
/// card. Whether the challenge's life is over is for the service to say: the clock of the client counts for nothing.
///
/// # Errors
/// [`AnswerError`]; nothing is then signed, or what was signed is not returned.
pub fn answer<T: Transport>(
    card: &mut Card<T>,
    pin: &FourDigitPin,
    challenge: &Challenge,
    expected: &Audience,
) -> Result<Answered, AnswerError> {
    check_audience(challenge, expected)?;
    let mut unlocked = card.unlock::<reference::UserAuthentication>(pin)?;
    let answered = answer_unlocked(&mut unlocked, Scheme::Pkcs1v15(Hash::Sha256), challenge, expected)?;
    unlocked.close()?;
    Ok(answered)
}

/// As [`answer`], on a card that is unlocked already, and in a scheme of the caller's choice: [`Scheme::Pkcs1v15`] or
/// [`Scheme::Pss`] with SHA-256 are those that the card of today has.
///
/// # Errors
/// As [`answer`]; [`AnswerError::Scheme`] for another scheme.
pub fn answer_unlocked<T: Transport>(
    unlocked: &mut Unlocked<'_, reference::UserAuthentication, T>,
    scheme: Scheme,
    challenge: &Challenge,
    expected: &Audience,
) -> Result<Answered, AnswerError> {
    check_audience(challenge, expected)?;
    let digest = challenge.digest();
    let input = match scheme {
        Scheme::Pkcs1v15(Hash::Sha256) => Input::sha256(&digest),
        Scheme::Pss(Hash::Sha256) => Input::pss(&digest),
        _ => return Err(AnswerError::Scheme),
    };
    let signature = unlocked.sign(&input, &OwnCertificate)?;
    Ok(Answered { challenge: challenge.statement(), scheme, signature })
}

fn check_audience(challenge: &Challenge, expected: &Audience) -> Result<(), AnswerError> {
    if challenge.audience() == expected {
        return Ok(());
    }
    Err(AnswerError::OtherAudience { expected: expected.clone(), found: challenge.audience().clone() })
}

/// A challenge with the card's answer to it.
#[derive(Debug)]
pub struct Answered {
    challenge: String,
    scheme: Scheme,
    signature: Signature,
}

impl Answered {
    /// What the service is sent.
    #[must_use]
    pub fn as_answer(&self) -> Answer<'_> {
        Answer {
            challenge: &self.challenge,
            certificate: self.signature.certificate(),
            scheme: self.scheme,
            signature: self.signature.value(),
        }
    }
}

/// Why a challenge was not answered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AnswerError {
    /// The challenge is for another service than the one that the user logs in to: somebody stands between the two, or
    /// one of them has another name for the service. Nothing was sent to the card.
    #[error("the challenge is for {found}, not for {expected}; nothing was signed")]
    OtherAudience {
        /// The service that the user expects.
        expected: Audience,
        /// The service that the challenge is for.
        found: Audience,
    },
    /// The card does not sign in this scheme. Nothing was sent to the card.
    #[error("the card does not sign in this scheme")]
    Scheme,
    /// The card did not sign.
    #[error(transparent)]
    Card(#[from] mynumber_driver::Error),
}

#[cfg(test)]
#[path = "login_tests.rs"]
mod tests;
