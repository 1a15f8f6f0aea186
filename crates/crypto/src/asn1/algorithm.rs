//! Algorithm identifiers.

use super::der::{Der, SEQUENCE};
use super::{Error, Oid};
use crate::digest::Hash;
use crate::key::Scheme;

/// An algorithm and its parameters (RFC 5280 §4.1.1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlgorithmIdentifier<'a> {
    /// The algorithm.
    pub algorithm: Oid<'a>,
    /// The parameters as they stand, tag and length included; empty when absent.
    pub parameters: &'a [u8],
}

impl<'a> AlgorithmIdentifier<'a> {
    pub(crate) fn read(der: &mut Der<'a>) -> Result<Self, Error> {
        let mut inside = der.enter(SEQUENCE)?;
        let algorithm = inside.oid()?;
        let parameters = inside.next()?.map_or(&[][..], |element| element.raw());
        inside.finish()?;
        Ok(Self { algorithm, parameters })
    }

    /// The signature scheme that this names, if it is one that this crate checks. SHA-1 and older are not.
    #[must_use]
    pub fn signature_scheme(&self) -> Option<Scheme> {
        match (self.algorithm.as_bytes(), self.parameters) {
            (oids::SHA256_RSA, [0x05, 0x00]) => Some(Scheme::Pkcs1v15(Hash::Sha256)),
            (oids::SHA384_RSA, [0x05, 0x00]) => Some(Scheme::Pkcs1v15(Hash::Sha384)),
            (oids::SHA512_RSA, [0x05, 0x00]) => Some(Scheme::Pkcs1v15(Hash::Sha512)),
            (oids::ECDSA_SHA256, []) => Some(Scheme::Ecdsa(Hash::Sha256)),
            (oids::ECDSA_SHA384, []) => Some(Scheme::Ecdsa(Hash::Sha384)),
            (oids::ECDSA_SHA512, []) => Some(Scheme::Ecdsa(Hash::Sha512)),
            _ => None,
        }
    }
}

/// Content bytes of the identifiers that are known here.
pub(crate) mod oids {
    pub(crate) const SHA256_RSA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0B];
    pub(crate) const SHA384_RSA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0C];
    pub(crate) const SHA512_RSA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0D];
    pub(crate) const ECDSA_SHA256: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02];
    pub(crate) const ECDSA_SHA384: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x03];
    pub(crate) const ECDSA_SHA512: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x04];
}
