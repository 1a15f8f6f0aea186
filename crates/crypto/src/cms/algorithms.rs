//! Which algorithms go together in a SignerInfo (RFC 5754, RFC 4056).

use super::oids;
use crate::asn1::der::{Der, INTEGER, SEQUENCE};
use crate::asn1::{AlgorithmIdentifier, Error, Field, Object};
use crate::digest::Hash;
use crate::key::Scheme;
use mynumber_apdu::tlv::Tag;

const NULL: &[u8] = &[0x05, 0x00];

/// The hash function that an identifier names, if it is one of those taken here: SHA-256, SHA-384, SHA-512, with NULL
/// parameters or none (RFC 5754 §2).
pub(super) fn hash(identifier: AlgorithmIdentifier<'_>) -> Option<Hash> {
    if !matches!(identifier.parameters, [] | NULL) {
        return None;
    }
    match identifier.algorithm.as_bytes() {
        oids::SHA256 => Some(Hash::Sha256),
        oids::SHA384 => Some(Hash::Sha384),
        oids::SHA512 => Some(Hash::Sha512),
        _ => None,
    }
}

/// The content bytes of the identifier of a hash function.
pub(super) const fn hash_oid(hash: Hash) -> &'static [u8] {
    match hash {
        Hash::Sha256 => oids::SHA256,
        Hash::Sha384 => oids::SHA384,
        Hash::Sha512 => oids::SHA512,
    }
}

/// The signature scheme that a signer's `signatureAlgorithm` names beside its `digestAlgorithm`; `None` when one is not
/// taken here or the two do not agree.
pub(super) fn scheme(identifier: AlgorithmIdentifier<'_>, digest: Hash) -> Option<Scheme> {
    let (named, scheme) = match (identifier.algorithm.as_bytes(), identifier.parameters) {
        // The key's identifier alone says nothing of a hash (RFC 3370 §3.2).
        (oids::RSA, [] | NULL) => (digest, Scheme::Pkcs1v15(digest)),
        (oids::SHA256_RSA, [] | NULL) => (Hash::Sha256, Scheme::Pkcs1v15(Hash::Sha256)),
        (oids::SHA384_RSA, [] | NULL) => (Hash::Sha384, Scheme::Pkcs1v15(Hash::Sha384)),
        (oids::SHA512_RSA, [] | NULL) => (Hash::Sha512, Scheme::Pkcs1v15(Hash::Sha512)),
        (oids::RSA_PSS, parameters) => {
            let hash = pss(parameters).ok().flatten()?;
            (hash, Scheme::Pss(hash))
        }
        (oids::ECDSA_SHA256, []) => (Hash::Sha256, Scheme::Ecdsa(Hash::Sha256)),
        (oids::ECDSA_SHA384, []) => (Hash::Sha384, Scheme::Ecdsa(Hash::Sha384)),
        (oids::ECDSA_SHA512, []) => (Hash::Sha512, Scheme::Ecdsa(Hash::Sha512)),
        _ => return None,
    };
    (named == digest).then_some(scheme)
}

/// The hash of RSASSA-PSS-params with MGF1 of the same hash and a salt as long as the digest (RFC 4055 §3.1); any other
/// combination is `None`.
fn pss(parameters: &[u8]) -> Result<Option<Hash>, Error> {
    let mut outer = Der::new(Object::Cms, Field::Algorithm, parameters, 0);
    let mut inside = outer.enter(SEQUENCE)?;
    outer.finish()?;
    let mut tagged = inside.enter(Tag(0xA0))?;
    let digest = AlgorithmIdentifier::read(&mut tagged)?;
    tagged.finish()?;
    let mut tagged = inside.enter(Tag(0xA1))?;
    let mask = AlgorithmIdentifier::read(&mut tagged)?;
    tagged.finish()?;
    let mut tagged = inside.enter(Tag(0xA2))?;
    let salt = tagged.read(INTEGER)?.value();
    tagged.finish()?;
    // The trailer field has a default that nobody departs from; DER leaves it out.
    inside.finish()?;
    let mut mask_parameters = Der::new(Object::Cms, Field::Algorithm, mask.parameters, 0);
    let mask_digest = AlgorithmIdentifier::read(&mut mask_parameters)?;
    mask_parameters.finish()?;
    Ok(hash(digest).filter(|found| {
        mask.algorithm.as_bytes() == oids::MGF1
            && hash(mask_digest) == Some(*found)
            && u8::try_from(found.length()).is_ok_and(|length| salt == [length])
    }))
}

/// `signatureAlgorithm` of a scheme, in DER (RFC 5754 §3, RFC 4055 §3.1).
pub(super) fn signature_identifier(scheme: Scheme) -> Option<alloc::vec::Vec<u8>> {
    use super::write::element;
    let identifier = |oid: &[u8], parameters: &[u8]| element(0x30, &[&element(0x06, &[oid]), parameters]);
    Some(match scheme {
        Scheme::Pkcs1v15(Hash::Sha256) => identifier(oids::SHA256_RSA, NULL),
        Scheme::Pkcs1v15(Hash::Sha384) => identifier(oids::SHA384_RSA, NULL),
        Scheme::Pkcs1v15(Hash::Sha512) => identifier(oids::SHA512_RSA, NULL),
        Scheme::Ecdsa(Hash::Sha256) => identifier(oids::ECDSA_SHA256, &[]),
        Scheme::Ecdsa(Hash::Sha384) => identifier(oids::ECDSA_SHA384, &[]),
        Scheme::Ecdsa(Hash::Sha512) => identifier(oids::ECDSA_SHA512, &[]),
        Scheme::Pss(hash) => {
            let digest = identifier(hash_oid(hash), NULL);
            let salt = u8::try_from(hash.length()).ok()?;
            let parameters = element(
                0x30,
                &[
                    &element(0xA0, &[&digest]),
                    &element(0xA1, &[&identifier(oids::MGF1, &digest)]),
                    &element(0xA2, &[&element(0x02, &[&[salt]])]),
                ],
            );
            identifier(oids::RSA_PSS, &parameters)
        }
        Scheme::Pkcs1v15Raw => return None,
    })
}

/// `digestAlgorithm` of a hash function, in DER, without parameters (RFC 5754 §2).
pub(super) fn hash_identifier(hash: Hash) -> alloc::vec::Vec<u8> {
    use super::write::element;
    element(0x30, &[&element(0x06, &[hash_oid(hash)])])
}

/// The hash function that a scheme signs the digest of.
pub(super) const fn hash_of(scheme: Scheme) -> Option<Hash> {
    match scheme {
        Scheme::Pkcs1v15(hash) | Scheme::Pss(hash) | Scheme::Ecdsa(hash) => Some(hash),
        Scheme::Pkcs1v15Raw => None,
    }
}
