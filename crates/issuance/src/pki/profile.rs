//! The profiles of the certificates: what stands in them, in which order (CARD.md §5).

use std::time::Duration;

use const_oid::ObjectIdentifier;
use der::asn1::{GeneralizedTime, Ia5String, OctetString, UtcTime};
use der::{Any, DateTime, Encode};
use rsa::pkcs1v15::SigningKey;
use rsa::{RsaPrivateKey, RsaPublicKey};
use sha1::{Digest, Sha1};
use sha2::Sha256;
use spki::{SubjectPublicKeyInfoOwned, SubjectPublicKeyInfoRef};
use x509_cert::TbsCertificate;
use x509_cert::builder::profile::BuilderProfile;
use x509_cert::builder::{Builder, CertificateBuilder};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::certpolicy::{PolicyInformation, PolicyQualifierInfo};
use x509_cert::ext::pkix::crl::dp::DistributionPoint;
use x509_cert::ext::pkix::name::{DistributionPointName, GeneralName, GeneralNames, OtherName};
use x509_cert::ext::pkix::{
    AccessDescription, AuthorityInfoAccessSyntax, AuthorityKeyIdentifier, BasicConstraints,
    CertificatePolicies, CrlDistributionPoints, ExtendedKeyUsage,
};
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::time::{Time, Validity};

use super::PkiError;
use super::names::{Kind, utf8};
use mynumber_crypto::UnixTime;

const KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.15");
const SUBJECT_ALT_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.17");
const ISSUER_ALT_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.18");
const BASIC_CONSTRAINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.19");
const CRL_DISTRIBUTION_POINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.31");
const CERTIFICATE_POLICIES: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.32");
const AUTHORITY_KEY_IDENTIFIER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.35");
const EXTENDED_KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37");
const SUBJECT_KEY_IDENTIFIER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.14");
const AUTHORITY_INFO_ACCESS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.1.1");
const CPS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.2.1");
const OCSP: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1");
const CLIENT_AUTH: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.2");
const OCSP_SIGNING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.9");
const OCSP_NO_CHECK: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1.5");
/// The policies of test cards: clients recognise the purpose by them, and that nothing real is certified.
const TEST_SIGNATURE_POLICY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.392.200149.8.5.1.0.20");
const TEST_AUTHENTICATION_POLICY: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.392.200149.8.5.1.0.30");
/// The arc of the holder's attributes.
const HOLDER: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.392.200149.8.5.5");

/// Addresses of ours end in `.invalid`, which no resolver ever finds (RFC 2606 §2).
const CPS_URI: &str = "http://mynumber-test.invalid/cps.html";
const OCSP_URI: &str = "http://ocsp.mynumber-test.invalid";

/// DER of the named-bit lists of keyUsage, shortest form.
const CERTIFICATE_AND_CRL_SIGN: &[u8] = &[0x03, 0x02, 0x01, 0x06];
const SIGNATURE_AND_NON_REPUDIATION: &[u8] = &[0x03, 0x02, 0x06, 0xC0];
const SIGNATURE_ONLY: &[u8] = &[0x03, 0x02, 0x07, 0x80];

/// What the builder asks for, worked out beforehand.
struct Profile {
    issuer: Name,
    subject: Name,
    extensions: Vec<Extension>,
}

impl BuilderProfile for Profile {
    fn get_issuer(&self, _: &Name) -> Name {
        self.issuer.clone()
    }

    fn get_subject(&self) -> Name {
        self.subject.clone()
    }

    fn build_extensions(
        &self,
        _: SubjectPublicKeyInfoRef<'_>,
        _: SubjectPublicKeyInfoRef<'_>,
        _: &TbsCertificate,
    ) -> x509_cert::builder::Result<Vec<Extension>> {
        Ok(self.extensions.clone())
    }
}

/// From when until when, and under which number.
pub(super) struct Frame {
    pub(super) serial: u32,
    pub(super) not_before: UnixTime,
    pub(super) not_after: UnixTime,
}

/// What a holder's certificate says.
pub(super) struct Holder<'a> {
    pub(super) subject: Name,
    pub(super) crl: Name,
    pub(super) alternative: Option<GeneralNames>,
    pub(super) key: &'a RsaPublicKey,
}

/// The issuer as its certificates name it.
pub(super) struct Issuer<'a> {
    pub(super) kind: Kind,
    pub(super) key: &'a RsaPrivateKey,
    pub(super) serial: &'a [u8],
}

/// The self-signed certificate of an authority (CARD.md §5.1).
pub(super) fn authority(kind: Kind, key: &RsaPrivateKey, frame: &Frame) -> Result<Vec<u8>, PkiError> {
    let name = kind.authority()?;
    let extensions = vec![
        raw(KEY_USAGE, true, CERTIFICATE_AND_CRL_SIGN)?,
        extension(SUBJECT_ALT_NAME, false, &directory(kind.japanese_authority()?))?,
        extension(BASIC_CONSTRAINTS, true, &BasicConstraints { ca: true, path_len_constraint: None })?,
        crl_distribution_point(name.clone())?,
        subject_key_identifier(&key.to_public_key())?,
    ];
    build(Profile { issuer: name.clone(), subject: name, extensions }, &key.to_public_key(), key, frame)
}

/// A holder's signature certificate (CARD.md §5.2).
pub(super) fn signature(issuer: &Issuer<'_>, holder: Holder<'_>, frame: &Frame) -> Result<Vec<u8>, PkiError> {
    let alternative = holder.alternative.unwrap_or_default();
    let extensions = vec![
        raw(KEY_USAGE, true, SIGNATURE_AND_NON_REPUDIATION)?,
        extension(SUBJECT_ALT_NAME, false, &alternative)?,
        policy(TEST_SIGNATURE_POLICY)?,
        extension(ISSUER_ALT_NAME, false, &directory(issuer.kind.japanese_authority()?))?,
        crl_distribution_point(holder.crl)?,
        authority_key_identifier(issuer)?,
        subject_key_identifier(holder.key)?,
    ];
    let profile = Profile { issuer: issuer.kind.authority()?, subject: holder.subject, extensions };
    build(profile, holder.key, issuer.key, frame)
}

/// A holder's user-authentication certificate (CARD.md §5.3).
pub(super) fn user_authentication(
    issuer: &Issuer<'_>,
    holder: Holder<'_>,
    frame: &Frame,
) -> Result<Vec<u8>, PkiError> {
    let ocsp = AccessDescription {
        access_method: OCSP,
        access_location: GeneralName::UniformResourceIdentifier(Ia5String::new(OCSP_URI)?),
    };
    let extensions = vec![
        raw(KEY_USAGE, true, SIGNATURE_ONLY)?,
        extension(EXTENDED_KEY_USAGE, false, &ExtendedKeyUsage(vec![CLIENT_AUTH]))?,
        policy(TEST_AUTHENTICATION_POLICY)?,
        extension(ISSUER_ALT_NAME, false, &directory(issuer.kind.japanese_authority()?))?,
        crl_distribution_point(holder.crl)?,
        extension(AUTHORITY_INFO_ACCESS, false, &AuthorityInfoAccessSyntax(vec![ocsp]))?,
        authority_key_identifier(issuer)?,
        subject_key_identifier(holder.key)?,
    ];
    let profile = Profile { issuer: issuer.kind.authority()?, subject: holder.subject, extensions };
    build(profile, holder.key, issuer.key, frame)
}

/// The certificate of a delegate that answers OCSP requests (RFC 6960 §4.2.2.2).
pub(super) fn responder(
    issuer: &Issuer<'_>,
    key: &RsaPrivateKey,
    frame: &Frame,
) -> Result<Vec<u8>, PkiError> {
    let extensions = vec![
        raw(KEY_USAGE, true, SIGNATURE_ONLY)?,
        extension(EXTENDED_KEY_USAGE, false, &ExtendedKeyUsage(vec![OCSP_SIGNING]))?,
        raw(OCSP_NO_CHECK, false, &[0x05, 0x00])?,
        authority_key_identifier(issuer)?,
        subject_key_identifier(&key.to_public_key())?,
    ];
    let profile = Profile { issuer: issuer.kind.authority()?, subject: issuer.kind.responder()?, extensions };
    build(profile, &key.to_public_key(), issuer.key, frame)
}

/// The holder's attributes as otherNames, in the order of the card: name, birth date, sex, address, and which characters
/// of name and address are substitutes.
pub(crate) fn holder_attributes(texts: [(u32, &str); 6]) -> Result<GeneralNames, PkiError> {
    texts
        .into_iter()
        .map(|(arc, text)| {
            let type_id = HOLDER.push_arc(arc).map_err(|_| PkiError::Encoding)?;
            Ok(GeneralName::OtherName(OtherName { type_id, value: utf8(text)? }))
        })
        .collect()
}

fn build(
    profile: Profile,
    subject: &RsaPublicKey,
    signer: &RsaPrivateKey,
    frame: &Frame,
) -> Result<Vec<u8>, PkiError> {
    let serial = frame.serial.to_be_bytes();
    let serial =
        serial.get(usize::try_from(frame.serial.leading_zeros() / 8).unwrap_or(0)..).unwrap_or(&serial);
    let validity = Validity::new(time(frame.not_before)?, time(frame.not_after)?);
    let signer = SigningKey::<Sha256>::new(signer.clone());
    let certificate =
        CertificateBuilder::new(profile, SerialNumber::new(serial)?, validity, key_info(subject)?)?
            .build::<_, rsa::pkcs1v15::Signature>(&signer)?;
    Ok(certificate.to_der()?)
}

fn time(at: UnixTime) -> Result<Time, PkiError> {
    // The builder turns it into a UTCTime where RFC 5280 §4.1.2.5 asks for one.
    Ok(Time::from(date_time(at)?))
}

fn date_time(at: UnixTime) -> Result<DateTime, PkiError> {
    let seconds = u64::try_from(at.seconds()).map_err(|_| PkiError::Time)?;
    Ok(DateTime::from_unix_duration(Duration::from_secs(seconds))?)
}

/// A UTCTime through 2049, a GeneralizedTime from then on (RFC 5280 §4.1.2.5).
pub(super) fn utc_or_generalized(at: UnixTime) -> Result<Time, PkiError> {
    let date_time = date_time(at)?;
    Ok(match UtcTime::from_date_time(date_time) {
        Ok(utc) => Time::from(utc),
        Err(_) => Time::from(date_time),
    })
}

pub(super) fn generalized(at: UnixTime) -> Result<GeneralizedTime, PkiError> {
    Ok(GeneralizedTime::from_date_time(date_time(at)?))
}

pub(super) fn key_info(key: &RsaPublicKey) -> Result<SubjectPublicKeyInfoOwned, PkiError> {
    Ok(SubjectPublicKeyInfoOwned::from_key(key)?)
}

/// SHA-1 of the public key's bits: method 1 of RFC 5280 §4.2.1.2, as JPKI does it.
pub(super) fn key_identifier(key: &RsaPublicKey) -> Result<OctetString, PkiError> {
    let info = key_info(key)?;
    Ok(OctetString::new(Sha1::digest(info.subject_public_key.raw_bytes()).as_slice())?)
}

fn subject_key_identifier(key: &RsaPublicKey) -> Result<Extension, PkiError> {
    extension(SUBJECT_KEY_IDENTIFIER, false, &key_identifier(key)?)
}

pub(super) fn authority_key_identifier(issuer: &Issuer<'_>) -> Result<Extension, PkiError> {
    let identifier = AuthorityKeyIdentifier {
        key_identifier: Some(key_identifier(&issuer.key.to_public_key())?),
        authority_cert_issuer: Some(directory(issuer.kind.authority()?)),
        authority_cert_serial_number: Some(SerialNumber::new(issuer.serial)?),
    };
    extension(AUTHORITY_KEY_IDENTIFIER, false, &identifier)
}

fn policy(id: ObjectIdentifier) -> Result<Extension, PkiError> {
    let qualifier = PolicyQualifierInfo {
        policy_qualifier_id: CPS,
        qualifier: Some(Any::encode_from(&Ia5String::new(CPS_URI)?)?),
    };
    let information = PolicyInformation { policy_identifier: id, policy_qualifiers: Some(vec![qualifier]) };
    extension(CERTIFICATE_POLICIES, true, &CertificatePolicies(vec![information]))
}

fn crl_distribution_point(name: Name) -> Result<Extension, PkiError> {
    let point = DistributionPoint {
        distribution_point: Some(DistributionPointName::FullName(directory(name))),
        reasons: None,
        crl_issuer: None,
    };
    extension(CRL_DISTRIBUTION_POINTS, false, &CrlDistributionPoints(vec![point]))
}

pub(super) fn directory(name: Name) -> GeneralNames {
    vec![GeneralName::DirectoryName(name)]
}

pub(super) fn extension(
    id: ObjectIdentifier,
    critical: bool,
    value: &impl Encode,
) -> Result<Extension, PkiError> {
    raw(id, critical, &value.to_der()?)
}

pub(super) fn raw(id: ObjectIdentifier, critical: bool, der: &[u8]) -> Result<Extension, PkiError> {
    Ok(Extension { extn_id: id, critical, extn_value: OctetString::new(der)? })
}
