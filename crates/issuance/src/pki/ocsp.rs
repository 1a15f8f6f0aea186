//! OCSP responses of the test authority (RFC 6960), signed by itself or by a delegate.

use const_oid::ObjectIdentifier;
use der::asn1::{BitString, GeneralizedTime, Null, OctetString};
use der::{Any, Choice, Decode, Encode, Enumerated, Sequence};
use mynumber_crypto::certificate::Purpose;
use mynumber_crypto::revocation::ocsp::CertificateState;
use rand_core::CryptoRng;
use rsa::RsaPrivateKey;
use sha1::{Digest, Sha1};
use spki::AlgorithmIdentifierOwned;
use x509_cert::ext::Extensions;
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;

use super::crl::{sha256_with_rsa, sign};
use super::profile::{self, Frame, Issuer};
use super::{Edition, Kind, PkiError, TestAuthority, keys, serial};

const SHA1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.14.3.2.26");
const BASIC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1.1");
const NONCE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1.2");

/// What an OCSP response is to say of one certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OcspAnswer {
    /// The certificate's serial number, big-endian, without leading zeros.
    pub serial: Vec<u8>,
    /// Its state.
    pub state: CertificateState,
}

/// A delegate that answers OCSP requests for one of the test authorities.
///
/// Holds a private key: `Debug` does not show it, and `rsa` wipes it on drop.
pub struct OcspDelegate {
    kind: Kind,
    key: RsaPrivateKey,
    certificate: Vec<u8>,
}

impl OcspDelegate {
    /// The delegate's certificate, DER. The responses bring it along.
    #[must_use]
    pub fn certificate(&self) -> &[u8] {
        &self.certificate
    }
}

impl std::fmt::Debug for OcspDelegate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OcspDelegate").field("kind", &self.kind).finish_non_exhaustive()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Enumerated)]
#[asn1(type = "ENUMERATED")]
#[repr(u8)]
enum ResponseStatus {
    Successful = 0,
}

#[derive(Sequence)]
struct OcspResponse {
    status: ResponseStatus,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    bytes: ResponseBytes,
}

#[derive(Sequence)]
struct ResponseBytes {
    kind: ObjectIdentifier,
    response: OctetString,
}

#[derive(Sequence)]
struct BasicResponse {
    data: ResponseData,
    algorithm: AlgorithmIdentifierOwned,
    signature: BitString,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    certificates: Option<Vec<Any>>,
}

#[derive(Sequence)]
struct ResponseData {
    responder: ResponderId,
    produced_at: GeneralizedTime,
    responses: Vec<SingleResponse>,
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", optional = "true")]
    extensions: Option<Extensions>,
}

#[derive(Choice)]
enum ResponderId {
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", constructed = "true")]
    ByName(Name),
    #[asn1(context_specific = "2", tag_mode = "EXPLICIT", constructed = "true")]
    ByKey(OctetString),
}

#[derive(Sequence)]
struct SingleResponse {
    id: CertId,
    state: CertState,
    this_update: GeneralizedTime,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    next_update: Option<GeneralizedTime>,
}

#[derive(Clone, Sequence)]
struct CertId {
    algorithm: AlgorithmIdentifierOwned,
    issuer_name_hash: OctetString,
    issuer_key_hash: OctetString,
    serial: SerialNumber,
}

#[derive(Choice)]
enum CertState {
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT")]
    Good(Null),
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", constructed = "true")]
    Revoked(RevokedInfo),
    #[asn1(context_specific = "2", tag_mode = "IMPLICIT")]
    Unknown(Null),
}

#[derive(Sequence)]
struct RevokedInfo {
    when: GeneralizedTime,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    reason: Option<Any>,
}

impl TestAuthority {
    /// Makes a delegate that answers OCSP requests, with a key of its own and a certificate that says so
    /// (id-kp-OCSPSigning, id-pkix-ocsp-nocheck), in force as long as the authority.
    ///
    /// # Errors
    /// [`PkiError`] when no key could be made.
    pub fn ocsp_delegate<R: CryptoRng + ?Sized>(
        &self,
        purpose: Purpose,
        rng: &mut R,
    ) -> Result<OcspDelegate, PkiError> {
        let kind = Kind::try_from(purpose)?;
        let key = keys::generate(1, rng)?.pop().ok_or(PkiError::KeyMissing)?;
        let period = self.ca(kind)?.validity();
        let frame = Frame { serial: serial(rng), not_before: period.not_before, not_after: period.not_after };
        let certificate = profile::responder(&self.issuer(kind)?, &key, &frame)?;
        Ok(OcspDelegate { kind, key, certificate })
    }

    /// An OCSP response of the authority, signed by itself (named by its name) or by a delegate of its own (named by its
    /// key). DER. [`Edition::number`] has no meaning here; producedAt is thisUpdate.
    ///
    /// # Errors
    /// [`PkiError`] for a time outside 1970 to 9999, a serial number that is none, or a delegate of another purpose.
    pub fn ocsp_response(
        &self,
        purpose: Purpose,
        answers: &[OcspAnswer],
        edition: &Edition,
        nonce: Option<&[u8]>,
        delegate: Option<&OcspDelegate>,
    ) -> Result<Vec<u8>, PkiError> {
        let kind = Kind::try_from(purpose)?;
        let issuer = self.issuer(kind)?;
        if delegate.is_some_and(|delegate| delegate.kind != kind) {
            return Err(PkiError::NoSuchAuthority);
        }
        let extensions = match nonce {
            Some(nonce) => Some(vec![profile::extension(NONCE, false, &OctetString::new(nonce)?)?]),
            None => None,
        };
        let responses = answers.iter().map(|answer| single(&issuer, answer, edition));
        let data = ResponseData {
            responder: match delegate {
                Some(delegate) => ResponderId::ByKey(profile::key_identifier(&delegate.key.to_public_key())?),
                None => ResponderId::ByName(kind.authority()?),
            },
            produced_at: profile::generalized(edition.this_update)?,
            responses: responses.collect::<Result<_, _>>()?,
            extensions,
        };
        let signature = sign(delegate.map_or(issuer.key, |delegate| &delegate.key), &data.to_der()?)?;
        let certificates = match delegate {
            Some(delegate) => Some(vec![Any::from_der(&delegate.certificate)?]),
            None => None,
        };
        let basic = BasicResponse { data, algorithm: sha256_with_rsa(), signature, certificates };
        let bytes = ResponseBytes { kind: BASIC, response: OctetString::new(basic.to_der()?)? };
        Ok(OcspResponse { status: ResponseStatus::Successful, bytes }.to_der()?)
    }
}

fn single(issuer: &Issuer<'_>, answer: &OcspAnswer, edition: &Edition) -> Result<SingleResponse, PkiError> {
    let state = match answer.state {
        CertificateState::Good => CertState::Good(Null),
        CertificateState::Unknown => CertState::Unknown(Null),
        CertificateState::Revoked(revocation) => CertState::Revoked(RevokedInfo {
            when: profile::generalized(revocation.when)?,
            reason: Some(Any::from_der(&[0x0A, 0x01, revocation.reason.code()])?),
        }),
    };
    let name = Sha1::digest(issuer.kind.authority()?.to_der()?);
    Ok(SingleResponse {
        id: CertId {
            algorithm: AlgorithmIdentifierOwned { oid: SHA1, parameters: Some(Any::null()) },
            issuer_name_hash: OctetString::new(name.as_slice())?,
            // The identifier of a key is the same digest: method 1 of RFC 5280 §4.2.1.2.
            issuer_key_hash: profile::key_identifier(&issuer.key.to_public_key())?,
            serial: SerialNumber::new(&answer.serial)?,
        },
        state,
        this_update: profile::generalized(edition.this_update)?,
        next_update: Some(profile::generalized(edition.next_update)?),
    })
}
