use super::authority::{Authority, Chain};
use super::certificate::Certificate;
use super::error::{Error, ErrorKind};
use super::reference::KeyReference;
use crate::anchor::Hierarchy;
use crate::digest::Hash;
use crate::key::backend::{self, Backend, Computer};
use crate::key::{PublicKey, Scheme, VerifyError};

/// Evidence that an authority certified this key for one of the card's chains. Only [`certify`] and
/// [`CertifiedKey::certify`] make it; the checks of records are its methods.
///
/// These certificates have no validity period, and nobody revokes them: what is certified stays so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CertifiedKey<'a> {
    authority: KeyReference,
    hierarchy: Hierarchy,
    chain: Chain,
    subject: KeyReference,
    key: PublicKey<'a>,
    /// Certificates between the authority and this key, this one's included.
    depth: u8,
    computer: Computer<'a>,
}

/// The certificates of the card manager's chain: authority, intermediate, lower key.
const CARD_MANAGER_DEPTH: u8 = 2;

/// Checks a certificate that an authority signed. The issuer is chosen by the name in the certificate; an authority for
/// another chain than the one asked about is refused, whatever it signed.
///
/// # Errors
/// [`ErrorKind::UnknownIssuer`], [`ErrorKind::OtherChain`], [`ErrorKind::Signature`].
pub fn certify<'a>(
    certificate: &Certificate<'a>,
    chain: Chain,
    authorities: &[Authority<'_>],
) -> Result<CertifiedKey<'a>, Error> {
    certify_with(backend::preferred(), certificate, chain, authorities)
}

/// As [`certify`], with a backend of the caller's choice, which then also computes whatever the certified key is asked.
///
/// # Errors
/// As [`certify`].
pub fn certify_with<'a>(
    backend: &'a dyn Backend,
    certificate: &Certificate<'a>,
    chain: Chain,
    authorities: &[Authority<'_>],
) -> Result<CertifiedKey<'a>, Error> {
    let mut refusal = ErrorKind::UnknownIssuer { issuer: certificate.issuer() };
    for authority in authorities.iter().filter(|held| held.reference() == certificate.issuer()) {
        if authority.chain() != chain {
            refusal = ErrorKind::OtherChain { wanted: chain, found: authority.chain() };
            continue;
        }
        match check(backend, authority.key(), certificate) {
            Ok(()) => {
                return Ok(CertifiedKey {
                    authority: authority.reference(),
                    hierarchy: authority.hierarchy(),
                    chain,
                    subject: certificate.subject(),
                    key: certificate.key(),
                    depth: 1,
                    computer: Computer(backend),
                });
            }
            Err(error) => refusal = ErrorKind::Signature(error),
        }
    }
    Err(Error::of(refusal))
}

fn check(
    backend: &dyn Backend,
    issuer: PublicKey<'_>,
    certificate: &Certificate<'_>,
) -> Result<(), VerifyError> {
    let scheme = Scheme::Pkcs1v15(Hash::Sha256);
    issuer.verify_with(backend, scheme, certificate.body(), certificate.signature())
}

impl<'a> CertifiedKey<'a> {
    /// Checks the next certificate of the chain, which this key signed. Only the chain of the card manager has one; the
    /// keys of the applications sign records and may not certify.
    ///
    /// # Errors
    /// [`ErrorKind::NotAnIssuer`], [`ErrorKind::UnknownIssuer`] when the certificate names another key,
    /// [`ErrorKind::Signature`].
    pub fn certify<'b>(&self, lower: &Certificate<'b>) -> Result<CertifiedKey<'b>, Error>
    where
        'a: 'b,
    {
        if self.chain != Chain::CardManager || self.depth >= CARD_MANAGER_DEPTH {
            return Err(Error::of(ErrorKind::NotAnIssuer { issuer: self.subject }));
        }
        if lower.issuer() != self.subject {
            return Err(Error::of(ErrorKind::UnknownIssuer { issuer: lower.issuer() }));
        }
        check(self.computer.0, self.key, lower).map_err(|error| Error::of(ErrorKind::Signature(error)))?;
        let depth = self.depth.saturating_add(1);
        Ok(CertifiedKey {
            subject: lower.subject(),
            key: lower.key(),
            depth,
            authority: self.authority,
            hierarchy: self.hierarchy,
            chain: self.chain,
            computer: self.computer,
        })
    }

    /// The authority that the chain begins with.
    #[must_use]
    pub const fn authority(&self) -> KeyReference {
        self.authority
    }

    /// Whose authority it is.
    #[must_use]
    pub const fn hierarchy(&self) -> Hierarchy {
        self.hierarchy
    }

    /// What the key is certified for.
    #[must_use]
    pub const fn chain(&self) -> Chain {
        self.chain
    }

    /// The name of the certified key.
    #[must_use]
    pub const fn subject(&self) -> KeyReference {
        self.subject
    }

    /// The certified key.
    #[must_use]
    pub const fn key(&self) -> PublicKey<'a> {
        self.key
    }

    /// Who computes for it.
    pub(super) const fn computer(&self) -> Computer<'a> {
        self.computer
    }

    /// The five digits of the municipality (全国地方公共団体コード without its check digit) whose key this is, where the
    /// name has the form that is known to begin with one: 21 behind it for the card face, 31 for input assist, 30 for the
    /// card manager's first certificate. `None` otherwise; nothing is guessed.
    #[must_use]
    pub fn municipality_code(&self) -> Option<[u8; 5]> {
        let task: &[u8] = match (self.chain, self.depth) {
            (Chain::CardFace, 1) => b"21",
            (Chain::InputAssist, 1) => b"31",
            (Chain::CardManager, 1) => b"30",
            _ => return None,
        };
        let (code, rest) = self.subject.as_bytes().split_first_chunk::<5>()?;
        (rest.get(..2) == Some(task)).then_some(*code)
    }
}
