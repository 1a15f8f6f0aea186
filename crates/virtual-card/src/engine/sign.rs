//! COMPUTE DIGITAL SIGNATURE and INTERNAL AUTHENTICATE (CARD.md §4.1 and §4.2).

use mynumber_apdu::{Command, StatusWord};
use mynumber_applet::{ApplicationId, KeyRow, KeyUse};
use rsa::traits::PublicKeyParts;
use rsa::{Pkcs1v15Sign, Pss, RsaPrivateKey};
use sha2::{Digest, Sha256};

use super::session::Object;
use super::{Answer, Engine, room, whole};
use crate::image::PrivateKey;

/// What PKCS#1 type-1 padding takes at least (RFC 8017 §9.2).
const PADDING: usize = 11;
const DIGEST: usize = 32;
/// The most bytes that the card hashes itself, in the schemes where it does.
const LONGEST_MESSAGE: usize = 255;

/// `P1` of COMPUTE DIGITAL SIGNATURE.
#[derive(Clone, Copy)]
enum Scheme {
    /// 00: type-1 padding over the data as given.
    Padded,
    /// 01: the card hashes, no DigestInfo.
    HashedBare,
    /// 02: the data is a SHA-256 hash, the card adds the DigestInfo.
    Prehashed,
    /// 03: the card hashes and adds the DigestInfo.
    Hashed,
    /// 04: PSS over a SHA-256 hash.
    PrehashedPss,
    /// 05: the card hashes, PSS.
    HashedPss,
}

impl Scheme {
    const fn from_p1(p1: u8) -> Option<Self> {
        Some(match p1 {
            0x00 => Self::Padded,
            0x01 => Self::HashedBare,
            0x02 => Self::Prehashed,
            0x03 => Self::Hashed,
            0x04 => Self::PrehashedPss,
            0x05 => Self::HashedPss,
            _ => return None,
        })
    }

    /// Whether the data field has a length that the scheme takes; `modulus` in bytes.
    fn check(self, data: &[u8], modulus: usize) -> Result<(), StatusWord> {
        let fits = match self {
            _ if data.is_empty() => return Err(StatusWord::WRONG_LENGTH),
            Self::Padded => data.len() <= modulus.saturating_sub(PADDING),
            Self::Prehashed | Self::PrehashedPss => data.len() == DIGEST,
            Self::HashedBare | Self::Hashed | Self::HashedPss => data.len() <= LONGEST_MESSAGE,
        };
        if fits { Ok(()) } else { Err(StatusWord::CONDITIONS_NOT_SATISFIED) }
    }
}

impl Engine {
    pub(super) fn compute_signature(&mut self, command: &Command<'_>) -> Answer {
        let application = self.application()?;
        if !application.row().keys.iter().any(|key| key.usage == KeyUse::Sign) {
            return Err(StatusWord::INSTRUCTION_NOT_SUPPORTED.into());
        }
        let scheme = Scheme::from_p1(command.p1()).ok_or(StatusWord::WRONG_P1P2)?;
        let row = self.signing_key(application, command.p2())?;
        if !self.session.opens(row.access) {
            return Err(StatusWord::SECURITY_NOT_SATISFIED.into());
        }
        let Some(PrivateKey::Rsa(key)) = self.state.image().keys.get(&row.id) else {
            return Err(StatusWord::REFERENCE_NOT_FOUND.into());
        };
        scheme.check(command.data(), key.size())?;
        // No room, no signature: the private key is not used for nothing.
        if room(command)? < key.size() {
            return Err(StatusWord::WRONG_LENGTH.into());
        }
        let signature = scheme.sign(key, &mut self.rng, command.data());
        whole(command, signature.map_err(|_| StatusWord::CONDITIONS_NOT_SATISFIED)?)
    }

    /// The key that `P2` names; `00` is the application's default key.
    fn signing_key(&mut self, application: ApplicationId, p2: u8) -> Result<&'static KeyRow, StatusWord> {
        if p2 == 0x00 {
            let keys = application.row().keys;
            return keys.iter().find(|key| key.is_default).ok_or(StatusWord::REFERENCE_NOT_FOUND);
        }
        match self.object_by_p2(p2)? {
            Object::Key(row) if row.usage == KeyUse::Sign => Ok(row),
            Object::Key(_) => Err(StatusWord::CONDITIONS_NOT_SATISFIED),
            _ => Err(StatusWord::INCOMPATIBLE_FILE),
        }
    }

    /// SHA-256 with RSA over a challenge, by the key of the common application. Measured elsewhere: `6982` for the
    /// keys behind PINs, `6985` for those of the two card-face applications.
    pub(super) fn internal_authenticate(&mut self, command: &Command<'_>) -> Answer {
        if command.p1() != 0 {
            return Err(StatusWord::WRONG_P1P2.into());
        }
        let Object::Key(row) = self.object_by_p2(command.p2())? else {
            return Err(StatusWord::INCOMPATIBLE_FILE.into());
        };
        if !self.session.opens(row.access) {
            return Err(StatusWord::SECURITY_NOT_SATISFIED.into());
        }
        if row.usage != KeyUse::InternalAuthenticate {
            return Err(StatusWord::CONDITIONS_NOT_SATISFIED.into());
        }
        if !(1..=LONGEST_MESSAGE).contains(&command.data().len()) {
            return Err(StatusWord::WRONG_LENGTH.into());
        }
        let Some(PrivateKey::Rsa(key)) = self.state.image().keys.get(&row.id) else {
            return Err(StatusWord::REFERENCE_NOT_FOUND.into());
        };
        if room(command)? < key.size() {
            return Err(StatusWord::WRONG_LENGTH.into());
        }
        let signature = Scheme::Hashed.sign(key, &mut self.rng, command.data());
        whole(command, signature.map_err(|_| StatusWord::CONDITIONS_NOT_SATISFIED)?)
    }
}

impl Scheme {
    /// Signs, blinded by the card's random numbers.
    fn sign(
        self,
        key: &RsaPrivateKey,
        rng: &mut Box<dyn rand_core::CryptoRng + Send>,
        data: &[u8],
    ) -> Result<Vec<u8>, rsa::Error> {
        let hash = Sha256::digest(data);
        match self {
            Self::Padded => key.sign_with_rng(rng, Pkcs1v15Sign::new_unprefixed(), data),
            Self::HashedBare => key.sign_with_rng(rng, Pkcs1v15Sign::new_unprefixed(), &hash),
            Self::Prehashed => key.sign_with_rng(rng, Pkcs1v15Sign::new::<Sha256>(), data),
            Self::Hashed => key.sign_with_rng(rng, Pkcs1v15Sign::new::<Sha256>(), &hash),
            Self::PrehashedPss => key.sign_with_rng(rng, Pss::<Sha256>::new(), data),
            Self::HashedPss => key.sign_with_rng(rng, Pss::<Sha256>::new(), &hash),
        }
    }
}
