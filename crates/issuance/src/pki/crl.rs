//! CRLs of the test authority: one for each municipality, as JPKI has them (CARD.md §5.2).

use const_oid::ObjectIdentifier;
use der::asn1::{BitString, Uint};
use der::{Any, Encode};
use mynumber_crypto::certificate::Purpose;
use mynumber_crypto::revocation::Reason;
use mynumber_crypto::{Certificate, UnixTime};
use rsa::Pkcs1v15Sign;
use rsa::RsaPrivateKey;
use sha2::{Digest, Sha256};
use spki::AlgorithmIdentifierOwned;
use x509_cert::Version;
use x509_cert::crl::{CertificateList, RevokedCert, TbsCertList};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::crl::dp::IssuingDistributionPoint;
use x509_cert::ext::pkix::name::DistributionPointName;
use x509_cert::serial_number::SerialNumber;

use super::profile::{self, Issuer};
use super::{Kind, PkiError, TestAuthority};
use crate::person::Municipality;

const SHA256_WITH_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");
const CRL_NUMBER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.20");
const REASON_CODE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.21");
const INVALIDITY_DATE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.24");
const ISSUING_DISTRIBUTION_POINT: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.28");

/// A certificate that is to be on a CRL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revoked {
    /// Its serial number, big-endian, without leading zeros, as
    /// [`Certificate::serial`](mynumber_crypto::Certificate::serial) gives it.
    pub serial: Vec<u8>,
    /// When it was revoked.
    pub when: UnixTime,
    /// Why.
    pub reason: Reason,
    /// Since when it was not to be trusted any more, if that is known (invalidityDate).
    pub invalid_since: Option<UnixTime>,
}

/// Which CRL of a series, and from when until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edition {
    /// cRLNumber.
    pub number: u64,
    /// thisUpdate.
    pub this_update: UnixTime,
    /// nextUpdate; JPKI's CRLs are renewed daily (CARD.md §5.4).
    pub next_update: UnixTime,
}

impl TestAuthority {
    /// The CRL of one municipality, or without one of everything that the authority issued. DER.
    ///
    /// # Errors
    /// [`PkiError`] for a time outside 1970 to 9999 or a serial number that is none.
    pub fn crl(
        &self,
        purpose: Purpose,
        municipality: Option<&Municipality>,
        revoked: &[Revoked],
        edition: &Edition,
    ) -> Result<Vec<u8>, PkiError> {
        let kind = Kind::try_from(purpose)?;
        let issuer = self.issuer(kind)?;
        let number = Uint::new(&edition.number.to_be_bytes())?;
        let mut extensions = vec![
            profile::authority_key_identifier(&issuer)?,
            profile::extension(CRL_NUMBER, false, &number)?,
        ];
        if let Some(municipality) = municipality {
            let point = IssuingDistributionPoint {
                distribution_point: Some(DistributionPointName::FullName(profile::directory(
                    kind.crl(municipality)?,
                ))),
                only_contains_user_certs: false,
                only_contains_ca_certs: false,
                only_some_reasons: None,
                indirect_crl: false,
                only_contains_attribute_certs: false,
            };
            extensions.push(profile::extension(ISSUING_DISTRIBUTION_POINT, true, &point)?);
        }
        let entries = revoked.iter().map(entry).collect::<Result<Vec<_>, _>>()?;
        let tbs_cert_list = TbsCertList {
            version: Version::V2,
            signature: sha256_with_rsa(),
            issuer: kind.authority()?,
            this_update: profile::utc_or_generalized(edition.this_update)?,
            next_update: Some(profile::utc_or_generalized(edition.next_update)?),
            revoked_certificates: if entries.is_empty() { None } else { Some(entries) },
            crl_extensions: Some(extensions),
        };
        let signature = sign(issuer.key, &tbs_cert_list.to_der()?)?;
        let list: CertificateList =
            CertificateList { tbs_cert_list, signature_algorithm: sha256_with_rsa(), signature };
        Ok(list.to_der()?)
    }

    /// The certificate of one of the two authorities.
    pub(super) fn ca(&self, kind: Kind) -> Result<Certificate<'_>, PkiError> {
        let ca = match kind {
            Kind::Signature => self.signature_ca(),
            Kind::UserAuthentication => self.user_authentication_ca(),
        };
        Certificate::parse(ca).map_err(PkiError::OwnCertificate)
    }

    /// The authority as its certificates name it.
    pub(super) fn issuer(&self, kind: Kind) -> Result<Issuer<'_>, PkiError> {
        Ok(Issuer { kind, key: self.key(kind.role())?, serial: self.ca(kind)?.serial() })
    }
}

impl TryFrom<Purpose> for Kind {
    type Error = PkiError;

    fn try_from(purpose: Purpose) -> Result<Self, PkiError> {
        match purpose {
            Purpose::Signature => Ok(Self::Signature),
            Purpose::UserAuthentication => Ok(Self::UserAuthentication),
            _ => Err(PkiError::NoSuchAuthority),
        }
    }
}

fn entry(revoked: &Revoked) -> Result<RevokedCert, PkiError> {
    let mut extensions: Vec<Extension> = Vec::new();
    // RFC 5280 §5.3.1: "unspecified" is said by saying nothing.
    if revoked.reason != Reason::Unspecified {
        extensions.push(profile::raw(REASON_CODE, false, &[0x0A, 0x01, revoked.reason.code()])?);
    }
    if let Some(invalid_since) = revoked.invalid_since {
        extensions.push(profile::extension(INVALIDITY_DATE, false, &profile::generalized(invalid_since)?)?);
    }
    Ok(RevokedCert {
        serial_number: SerialNumber::new(&revoked.serial)?,
        revocation_date: profile::utc_or_generalized(revoked.when)?,
        crl_entry_extensions: if extensions.is_empty() { None } else { Some(extensions) },
    })
}

/// sha256WithRSAEncryption, with the NULL that RFC 4055 §5 asks for.
pub(super) fn sha256_with_rsa() -> AlgorithmIdentifierOwned {
    AlgorithmIdentifierOwned { oid: SHA256_WITH_RSA, parameters: Some(Any::null()) }
}

pub(super) fn sign(key: &RsaPrivateKey, bytes: &[u8]) -> Result<BitString, PkiError> {
    let signature = key.sign(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(bytes))?;
    Ok(BitString::from_bytes(&signature)?)
}
