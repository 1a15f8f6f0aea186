//! The public key that a chip gives out, put together from its pieces.

use mynumber_apdu::tlv::{Reader, Tag, single};
use mynumber_applet::KeyAlgorithm;
use rsa::{BoxedUint, RsaPublicKey};

use crate::issuer::PublicKey;

/// More than any public key has: the template of RSA with 4096 bits takes 527 bytes.
const LIMIT: usize = 0x0400;
/// 65,537, the one exponent of today's keys.
const EXPONENT: [u8; 3] = [0x01, 0x00, 0x01];

/// The pieces that came so far.
#[derive(Default)]
pub(super) struct Template(Vec<u8>);

/// What to ask for next.
pub(super) enum Wanted {
    /// Everything is there.
    Nothing,
    /// The bytes from here on.
    From(u16),
}

impl Template {
    /// Takes one piece: total, bytes. `None` when it does not fit.
    pub(super) fn take(&mut self, answer: &[u8]) -> Option<Wanted> {
        let (total, bytes) = answer.split_first_chunk::<2>()?;
        let total = usize::from(u16::from_be_bytes(*total));
        if bytes.is_empty() || total > LIMIT {
            return None;
        }
        self.0.extend_from_slice(bytes);
        match self.0.len() {
            length if length > total => None,
            length if length == total => Some(Wanted::Nothing),
            length => Some(Wanted::From(u16::try_from(length).ok()?)),
        }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// `7F49 { 81 modulus, 82 exponent }` (ISO 7816-8), of the algorithm that the key must have.
pub(super) fn read(bytes: &[u8], algorithm: KeyAlgorithm) -> Option<PublicKey> {
    let KeyAlgorithm::Rsa { bits } = algorithm else { return None };
    let template = single(bytes, Tag(0x7F49)).ok()?;
    let mut inner = Reader::new(template.value());
    let modulus = inner.read(Tag(0x81)).ok()?.value();
    let exponent = inner.read(Tag(0x82)).ok()?.value();
    inner.finish().ok()?;
    // The highest bit set, and odd.
    let shaped = modulus.len() == usize::from(bits / 8)
        && modulus.first().is_some_and(|byte| byte & 0x80 != 0)
        && modulus.last().is_some_and(|byte| byte & 0x01 != 0);
    if !shaped || exponent != EXPONENT {
        return None;
    }
    let number = BoxedUint::from_be_slice_vartime;
    RsaPublicKey::new(number(modulus), number(exponent)).ok().map(PublicKey::Rsa)
}
