//! The service: issues challenges, and says who answered one, or why nobody is logged in.

use core::fmt;
use core::time::Duration;

use super::{Audience, Challenge, ChallengeError, Life, ReplayStore, StoreError, Ticket};
use crate::certificate::Purpose;
use crate::digest::Hash;
use crate::key::Scheme;
use crate::signer::{self, Claim, HolderKey, Signer, Verifier};
use crate::time::UnixTime;

/// The schemes that an answer may be signed in: RSA as the card of today signs, with both paddings, and ECDSA on P-384 as
/// the next one is announced to.
pub const SCHEMES: [Scheme; 3] =
    [Scheme::Pkcs1v15(Hash::Sha256), Scheme::Pss(Hash::Sha256), Scheme::Ecdsa(Hash::Sha384)];

/// How far the clocks of a service's machines may differ, when it says nothing.
const DEFAULT_SKEW: Duration = Duration::from_secs(5);
/// The most that it may allow.
const MAX_SKEW: Duration = Duration::from_secs(300);

/// An answer to a challenge, as it came from the client: nothing of it is checked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Answer<'a> {
    /// The text of the challenge that is answered.
    pub challenge: &'a str,
    /// The user-authentication certificate, X.509 in DER.
    pub certificate: &'a [u8],
    /// How it is signed: one of [`SCHEMES`].
    pub scheme: Scheme,
    /// The signature over the bytes of the text.
    pub signature: &'a [u8],
}

/// Says how long the parts are; a certificate is personal data.
impl fmt::Debug for Answer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("challenge", &self.challenge.len())
            .field("certificate", &self.certificate.len())
            .field("scheme", &self.scheme)
            .field("signature", &self.signature.len())
            .finish()
    }
}

/// A service that people log in to: its name, and how it checks certificates.
#[derive(Clone, Debug)]
pub struct Service<'v> {
    audience: Audience,
    verifier: Verifier<'v>,
    skew: Duration,
}

impl<'v> Service<'v> {
    /// A service of this name. The verifier's profile has to be one for [`Purpose::UserAuthentication`]
    /// (`Profile::jpki(Purpose::UserAuthentication)`); with another nobody is logged in.
    #[must_use]
    pub const fn new(audience: Audience, verifier: Verifier<'v>) -> Self {
        Self { audience, verifier, skew: DEFAULT_SKEW }
    }

    /// With this allowance for clocks that differ, at both ends of a challenge's life: 5 seconds when nothing is said,
    /// 300 at most. It is for the clocks of the service's own machines: the client's clock is never asked.
    #[must_use]
    pub fn with_clock_skew(mut self, skew: Duration) -> Self {
        self.skew = skew.min(MAX_SKEW);
        self
    }

    /// The service's name.
    #[must_use]
    pub const fn audience(&self) -> &Audience {
        &self.audience
    }

    /// Issues a challenge, and remembers it.
    ///
    /// `nonce`: 32 bytes of a cryptographic random source, never used before.
    ///
    /// # Errors
    /// [`IssueError`]: no challenge is to be sent.
    pub fn issue(
        &self,
        nonce: [u8; 32],
        now: UnixTime,
        life: Life,
        store: &mut impl ReplayStore,
    ) -> Result<Challenge, IssueError> {
        let challenge = Challenge::new(&self.audience, nonce, now, life)?;
        store.put(self.ticket(&challenge), now)?;
        Ok(challenge)
    }

    /// Checks an answer: who is logged in, or why nobody is.
    ///
    /// In this order: the text is a challenge; for this service; its life has begun and is not over; it was issued here
    /// and is not answered yet; the scheme is one of [`SCHEMES`]; the certificate leads to an anchor, is in force, and is
    /// for logging in; its key signed the text; it is not revoked, if that is asked for. **From the fourth step on the
    /// challenge is used up, whatever comes out:** another try takes another challenge.
    ///
    /// # Errors
    /// [`Refusal`]: nobody is logged in.
    pub fn check(
        &self,
        answer: &Answer<'_>,
        now: UnixTime,
        store: &mut impl ReplayStore,
    ) -> Result<LoggedIn, Refusal> {
        let challenge = self.open_challenge(answer.challenge, now, store)?;
        if !SCHEMES.contains(&answer.scheme) {
            return Err(Refusal::Scheme);
        }
        if self.verifier.validator().profile().purpose != Some(Purpose::UserAuthentication) {
            return Err(Refusal::Purpose);
        }
        let claim =
            Claim { certificate: answer.certificate, scheme: answer.scheme, signature: answer.signature };
        let signer = self.verifier.verify(&claim, challenge.statement().as_bytes(), now)?;
        Ok(LoggedIn { signer, audience: self.audience.clone() })
    }

    /// The challenge of this text, if it is one of ours that can be answered now; nobody else gets it after that.
    fn open_challenge(
        &self,
        text: &str,
        now: UnixTime,
        store: &mut impl ReplayStore,
    ) -> Result<Challenge, Refusal> {
        let challenge = Challenge::parse(text).map_err(Refusal::Challenge)?;
        if *challenge.audience() != self.audience {
            return Err(Refusal::OtherAudience);
        }
        let skew = self.skew_seconds();
        if now.seconds().saturating_add(skew) < challenge.issued().seconds() {
            return Err(Refusal::TooEarly { issued: challenge.issued(), now });
        }
        if now.seconds().saturating_sub(skew) > challenge.expires().seconds() {
            return Err(Refusal::TooLate { expires: challenge.expires(), now });
        }
        if store.take(&self.ticket(&challenge))? { Ok(challenge) } else { Err(Refusal::NotOpen) }
    }

    fn ticket(&self, challenge: &Challenge) -> Ticket {
        let forget = challenge.expires().seconds().saturating_add(self.skew_seconds());
        Ticket::new(challenge, UnixTime::from_seconds(forget))
    }

    fn skew_seconds(&self) -> i64 {
        i64::try_from(self.skew.as_secs()).unwrap_or_default()
    }
}

/// Evidence that only [`Service::check`] makes: at this time the holder of this certificate, card and PIN at hand, answered
/// a challenge of this service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedIn {
    signer: Signer,
    audience: Audience,
}

impl LoggedIn {
    /// By what the service knows the user again, until the certificate is issued anew. See the [room](super) before
    /// storing it.
    #[must_use]
    pub const fn account(&self) -> &HolderKey {
        self.signer.holder()
    }

    /// The certificate's serial number, big-endian, without leading zeros: 1 to 20 bytes.
    #[must_use]
    pub fn serial(&self) -> &[u8] {
        self.account().serial()
    }

    /// The service that the user logged in to.
    #[must_use]
    pub const fn audience(&self) -> &Audience {
        &self.audience
    }

    /// What is known of the certificate: its anchor, its last second, what says that it is not revoked.
    #[must_use]
    pub const fn signer(&self) -> &Signer {
        &self.signer
    }
}

/// Why no challenge can be issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IssueError {
    /// A part of it is outside its limits.
    #[error(transparent)]
    Challenge(#[from] ChallengeError),
    /// The store cannot remember it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why nobody is logged in.
///
/// For the service's own log: the client is told that it was refused and, if the service likes, whether another try can
/// help ([`Refusal::may_try_again`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// What is answered is not a challenge.
    #[error("what was answered is no challenge: {0}")]
    Challenge(ChallengeError),
    /// The challenge is for another service.
    #[error("the challenge is for another service")]
    OtherAudience,
    /// The challenge's life has not begun: the service's clocks differ by more than it allows.
    #[error("the challenge begins at {issued}; it is {now}")]
    TooEarly {
        /// When it was issued.
        issued: UnixTime,
        /// The time of the answer.
        now: UnixTime,
    },
    /// The challenge's life is over.
    #[error("the challenge ended at {expires}; it is {now}")]
    TooLate {
        /// Its last second.
        expires: UnixTime,
        /// The time of the answer.
        now: UnixTime,
    },
    /// The challenge is not open: not issued here, or changed, or answered before, or forgotten.
    #[error("the challenge is not open: not issued here, or answered before")]
    NotOpen,
    /// The store of open challenges did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The answer is in a scheme that is not one of [`SCHEMES`].
    #[error("the answer is signed in a scheme that is not accepted")]
    Scheme,
    /// The verifier that the service was given is for another purpose: a fault of the service.
    #[error("the verifier of this service is not one for user authentication")]
    Purpose,
    /// Nobody who is trusted, and not revoked, signed the challenge: a signature certificate was presented, the certificate
    /// has expired, its key did not sign.
    #[error(transparent)]
    Signer(#[from] signer::Error),
}

impl Refusal {
    /// Whether the same card may succeed with a fresh challenge, nothing else changed.
    #[must_use]
    pub const fn may_try_again(&self) -> bool {
        matches!(
            self,
            Self::TooEarly { .. }
                | Self::TooLate { .. }
                | Self::NotOpen
                | Self::Store(_)
                | Self::Signer(signer::Error::RevocationUnknown(_))
        )
    }
}
