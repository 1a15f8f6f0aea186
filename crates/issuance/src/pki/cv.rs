//! The authorities of card-verifiable certificates (CARD.md §6).

use mynumber_applet::MunicipalityCode;
use mynumber_applet::content::{CardVerifiableCertificateRepr, ChipPublicKey, KeyReference};
use mynumber_crypto::digest::{Hash, digest_info, sha256};
use mynumber_crypto::{PublicKey, cvc};
use rsa::RsaPrivateKey;
use rsa::traits::PublicKeyParts;

use super::{PkiError, Role, TestAuthority};

/// The three chains of a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Chain {
    /// Certifies the key that signs the records of the card-face application.
    CardFace,
    /// Certifies the key that signs the records of the input-assist application.
    InputAssist,
    /// Certifies the keys that the card manager shows.
    CardManager,
}

/// The two numbers of an RSA key, owned, as card-verifiable certificates hold them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardVerifiableKey {
    exponent: Vec<u8>,
    modulus: Vec<u8>,
}

impl CardVerifiableKey {
    pub(crate) fn of(key: &RsaPrivateKey) -> Self {
        Self { exponent: key.e_bytes().to_vec(), modulus: key.n_bytes().to_vec() }
    }

    /// The key that a file of the card names.
    pub(crate) fn of_chip(key: &ChipPublicKey<'_>) -> Self {
        Self { exponent: key.exponent().to_vec(), modulus: key.modulus().to_vec() }
    }

    /// The public exponent, big-endian.
    #[must_use]
    pub fn exponent(&self) -> &[u8] {
        &self.exponent
    }

    /// The modulus, big-endian.
    #[must_use]
    pub fn modulus(&self) -> &[u8] {
        &self.modulus
    }

    /// The key for checks.
    #[must_use]
    pub fn as_public_key(&self) -> PublicKey<'_> {
        PublicKey::Rsa { modulus: &self.modulus, exponent: &self.exponent }
    }

    /// The root key of a chain as an authority for checks: what [`cvc::certify`] takes.
    ///
    /// # Errors
    /// None in practice.
    pub fn as_authority(&self, chain: Chain) -> Result<cvc::Authority<'_>, PkiError> {
        let name = chain.root()?;
        let name = cvc::KeyReference::parse(name.as_bytes()).map_err(|_| PkiError::Encoding)?;
        let chain = match chain {
            Chain::CardFace => cvc::Chain::CardFace,
            Chain::InputAssist => cvc::Chain::InputAssist,
            Chain::CardManager => cvc::Chain::CardManager,
        };
        Ok(cvc::Authority::new(name, chain, self.as_public_key()))
    }

    /// The key as the card's files write it.
    pub(crate) fn as_chip_key(&self) -> Result<ChipPublicKey<'_>, PkiError> {
        Ok(ChipPublicKey::new(&self.exponent, &self.modulus)?)
    }
}

/// Seven digits and three: a key reference of ours. The first digit is 9 where real ones have 5 or 6.
fn reference(number: &[u8; 7], group: &[u8; 3]) -> Result<KeyReference, PkiError> {
    Ok(KeyReference::new(number, group, [0; 4])?)
}

/// The key of a municipality: its code, then two digits for the task. Nothing in it tells test from real, as on
/// the test cards seen: the issuer's reference does.
fn municipal(code: MunicipalityCode, task: [u8; 2], group: &[u8; 3]) -> Result<KeyReference, PkiError> {
    let ([a, b, c, d, e], [x, y]) = (*code.as_bytes(), task);
    reference(&[a, b, c, d, e, x, y], group)
}

impl Chain {
    /// All three.
    pub const ALL: [Self; 3] = [Self::CardFace, Self::InputAssist, Self::CardManager];

    /// The name of the root key of this chain.
    ///
    /// # Errors
    /// None in practice.
    pub fn root(self) -> Result<KeyReference, PkiError> {
        match self {
            Self::CardFace => reference(b"9000023", b"001"),
            Self::InputAssist => reference(b"9000033", b"001"),
            Self::CardManager => reference(b"9000020", b"001"),
        }
    }

    /// The name of the key that signs for a municipality.
    ///
    /// # Errors
    /// None in practice.
    pub fn municipality(self, code: MunicipalityCode) -> Result<KeyReference, PkiError> {
        match self {
            Self::CardFace => municipal(code, *b"21", b"000"),
            Self::InputAssist => municipal(code, *b"31", b"000"),
            Self::CardManager => municipal(code, *b"30", b"002"),
        }
    }

    const fn root_role(self) -> Role {
        match self {
            Self::CardFace => Role::CardFaceRoot,
            Self::InputAssist => Role::InputAssistRoot,
            Self::CardManager => Role::CardManagerRoot,
        }
    }

    const fn municipality_role(self) -> Role {
        match self {
            Self::CardFace => Role::CardFaceMunicipality,
            Self::InputAssist => Role::InputAssistMunicipality,
            Self::CardManager => Role::CardManagerIntermediate,
        }
    }
}

/// The name of the key at the end of the card manager's chain.
pub(crate) fn card_manager_lower() -> Result<KeyReference, PkiError> {
    reference(b"9000050", b"001")
}

impl TestAuthority {
    /// The root key of a chain, for a client that verifies: real cards do not carry it either.
    ///
    /// # Errors
    /// None in practice.
    pub fn root_key(&self, chain: Chain) -> Result<CardVerifiableKey, PkiError> {
        Ok(CardVerifiableKey::of(self.key(chain.root_role())?))
    }

    /// The certificate of the key that signs for a municipality, complete with its outer tag `7F21`.
    pub(crate) fn municipality_certificate(
        &self,
        chain: Chain,
        code: MunicipalityCode,
    ) -> Result<Vec<u8>, PkiError> {
        let subject = CardVerifiableKey::of(self.key(chain.municipality_role())?);
        self.card_verifiable(chain.root()?, chain.municipality(code)?, &subject, chain.root_role())
    }

    /// The certificate at the end of the card manager's chain, complete with its outer tag.
    pub(crate) fn lower_certificate(&self, code: MunicipalityCode) -> Result<Vec<u8>, PkiError> {
        let subject = CardVerifiableKey::of(self.key(Role::CardManagerLower)?);
        let issuer = Chain::CardManager.municipality(code)?;
        self.card_verifiable(issuer, card_manager_lower()?, &subject, Role::CardManagerIntermediate)
    }

    fn card_verifiable(
        &self,
        issuer: KeyReference,
        subject: KeyReference,
        key: &CardVerifiableKey,
        signer: Role,
    ) -> Result<Vec<u8>, PkiError> {
        let mut body = [issuer.as_bytes().as_slice(), subject.as_bytes()].concat();
        let mut buffer = [0; 600];
        body.extend_from_slice(key.as_chip_key()?.emit(&mut buffer)?);
        let signature = self.sign_digest(signer, &sha256(&[&body]))?;
        let certificate =
            CardVerifiableCertificateRepr { issuer, subject, key: key.as_chip_key()?, signature: &signature };
        Ok(certificate.emit(&mut buffer)?.to_vec())
    }

    /// Signs what a municipality signs for a card: PKCS#1 v1.5 with SHA-256 over complete elements.
    pub(crate) fn sign_record(&self, chain: Chain, signed: &[&[u8]]) -> Result<Vec<u8>, PkiError> {
        self.sign_digest(chain.municipality_role(), &sha256(signed))
    }

    /// Signs a `DigestInfo` that the caller built.
    pub(crate) fn sign_digest_info(&self, chain: Chain, info: &[u8]) -> Result<Vec<u8>, PkiError> {
        self.sign(chain.municipality_role(), info)
    }

    fn sign_digest(&self, role: Role, digest: &[u8; 32]) -> Result<Vec<u8>, PkiError> {
        self.sign(role, &digest_info(Hash::Sha256, digest).ok_or(PkiError::Encoding)?)
    }
}
