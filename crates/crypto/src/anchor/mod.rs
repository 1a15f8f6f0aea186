//! Trust anchors: whom the caller trusts to begin with.
//!
//! The authorities of JPKI are built in as data ([`production`]; for test cards [`jlis_test`]). Any other is made from a
//! certificate that the caller trusts ([`Anchor::from_certificate`]). Nothing is trusted unasked: a validator gets its
//! anchors as a list.
//!
//! ```
//! use mynumber_crypto::anchor;
//!
//! // All generations of one kind share one name: only the key identifier tells them apart.
//! let [first, second, ..] = anchor::production() else { unreachable!() };
//! assert_eq!(first.subject(), second.subject());
//! assert_ne!(first.key_id(), second.key_id());
//! ```

mod rows;

use crate::certificate::{Certificate, Name, Purpose, Validity};
use crate::key::PublicKey;
use crate::path::{Error, NameConstraints, check_authority};
use core::fmt;

/// Where an anchor comes from, and with it which certificate policies it may stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Hierarchy {
    /// The authorities of JPKI that certify people.
    Production,
    /// J-LIS's authorities for test cards: their certificates identify nobody.
    JlisTest,
    /// An authority that the caller brought.
    Caller,
}

/// A certification authority that is trusted as it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Anchor<'a> {
    label: &'a str,
    hierarchy: Hierarchy,
    purpose: Option<Purpose>,
    subject: Name<'a>,
    issuer: Name<'a>,
    serial: &'a [u8],
    validity: Validity,
    key: PublicKey<'a>,
    key_id: Option<&'a [u8]>,
    path_length: Option<u8>,
    crl_sign: bool,
    names: Option<NameConstraints<'a>>,
    certificate_sha256: Option<&'a [u8; 32]>,
}

/// The six authorities of JPKI: signature and user authentication, each of 2015, 2019 and 2023.
#[must_use]
pub const fn production() -> &'static [Anchor<'static>] {
    const { &rows::PRODUCTION }
}

/// The four known authorities of J-LIS's test cards. Their certificates identify nobody: never mix them with
/// [`production`] where identity counts.
#[must_use]
pub const fn jlis_test() -> &'static [Anchor<'static>] {
    const { &rows::JLIS_TEST }
}

impl<'a> Anchor<'a> {
    /// An anchor of the caller's, self-signed or not. The signature of a self-signed certificate is not looked at: it
    /// proves nothing.
    ///
    /// # Errors
    /// [`Error`] for a certificate that may not issue others: not an authority by basicConstraints and keyUsage, a weak
    /// or unknown key, a critical extension that is not known, or one that restricts in a way that is not evaluated here.
    /// Its validity period is checked when a path is, against the time stated then.
    pub fn from_certificate(certificate: &Certificate<'a>) -> Result<Self, Error> {
        let authority = check_authority(certificate)?;
        Ok(Self {
            label: "",
            hierarchy: Hierarchy::Caller,
            purpose: None,
            subject: certificate.subject(),
            issuer: certificate.issuer(),
            serial: certificate.serial(),
            validity: certificate.validity(),
            key: authority.key,
            key_id: authority.key_id,
            path_length: authority.path_length,
            crl_sign: authority.crl_sign,
            names: authority.names,
            certificate_sha256: None,
        })
    }

    /// The same anchor, which then certifies for this purpose only.
    #[must_use]
    pub const fn for_purpose(mut self, purpose: Purpose) -> Self {
        self.purpose = Some(purpose);
        self
    }

    /// The same anchor with a name for reports.
    #[must_use]
    pub const fn labelled(mut self, label: &'a str) -> Self {
        self.label = label;
        self
    }

    /// A name for reports; empty for an anchor of the caller's that got none.
    #[must_use]
    pub const fn label(&self) -> &'a str {
        self.label
    }

    /// Where it comes from.
    #[must_use]
    pub const fn hierarchy(&self) -> Hierarchy {
        self.hierarchy
    }

    /// What it certifies for; `None` for an anchor of the caller's that may certify for anything.
    #[must_use]
    pub const fn purpose(&self) -> Option<Purpose> {
        self.purpose
    }

    /// Its name.
    #[must_use]
    pub const fn subject(&self) -> Name<'a> {
        self.subject
    }

    /// The issuer of its certificate: itself when that is self-signed.
    #[must_use]
    pub const fn issuer(&self) -> Name<'a> {
        self.issuer
    }

    /// The serial number of its certificate, big-endian, without leading zeros.
    #[must_use]
    pub const fn serial(&self) -> &'a [u8] {
        self.serial
    }

    /// When it may be used; both ends are inside.
    #[must_use]
    pub const fn validity(&self) -> Validity {
        self.validity
    }

    /// Its public key.
    #[must_use]
    pub const fn key(&self) -> PublicKey<'a> {
        self.key
    }

    /// The subjectKeyIdentifier of its certificate.
    #[must_use]
    pub const fn key_id(&self) -> Option<&'a [u8]> {
        self.key_id
    }

    /// How many authorities may stand below it (RFC 5280 §4.2.1.9).
    #[must_use]
    pub const fn path_length(&self) -> Option<u8> {
        self.path_length
    }

    /// Whether it may sign CRLs (RFC 5280 §4.2.1.3).
    #[must_use]
    pub const fn may_sign_crls(&self) -> bool {
        self.crl_sign
    }

    /// Under which names it may certify.
    pub(crate) const fn names(&self) -> Option<&NameConstraints<'a>> {
        self.names.as_ref()
    }

    /// The SHA-256 digest of the authority's certificate, for the built-in ones.
    #[must_use]
    pub const fn certificate_sha256(&self) -> Option<&'a [u8; 32]> {
        self.certificate_sha256
    }
}

impl fmt::Debug for Anchor<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Anchor")
            .field("label", &self.label)
            .field("hierarchy", &self.hierarchy)
            .field("subject", &self.subject)
            .field("validity", &self.validity)
            .finish_non_exhaustive()
    }
}

/// Reads hexadecimal digits when the crate is compiled; other characters, or another number of them, stop that.
const fn hex<const N: usize>(text: &str) -> [u8; N] {
    let mut out = [0; N];
    let mut rest = text.as_bytes();
    let mut index = 0;
    while let [high, low, after @ ..] = rest {
        #[expect(clippy::indexing_slicing, reason = "runs at compile time")]
        {
            out[index] = digit(*high) << 4 | digit(*low);
        }
        index += 1;
        rest = after;
    }
    assert!(index == N && rest.is_empty(), "two digits for each byte");
    out
}

#[expect(clippy::panic, reason = "runs at compile time")]
const fn digit(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        b'A'..=b'F' => digit - b'A' + 10,
        _ => panic!("a hexadecimal digit"),
    }
}

#[cfg(test)]
#[path = "anchor_tests.rs"]
mod tests;
