//! Our view of certificates and CRLs beside the crate `x509-cert`: what both accept, both read the same; what we accept
//! and it refuses is a fault of ours, with the exceptions named here.
//!
//! Ours is stricter in many things, and that is fine. It is more lenient in these, each on purpose:
//!
//! - **The public key** is read when it is asked for; a malformed one is a certificate whose key nobody can use.
//! - **Unique identifiers** (`[1]`, `[2]`) are read over, whatever is in them (RFC 5280 §4.1.2.8); theirs are BIT STRINGs.
//! - **Times from 1950 to 1969**, which a UTCTime may tell (RFC 5280 §4.1.2.5.1); theirs begin in 1970.
//! - **Object identifiers** whose first number takes more than a byte (X.690 §8.19.4), or of more than 39 bytes.

use der::{Decode, Encode};
use mynumber_crypto::Certificate;
use mynumber_crypto::asn1::Oid;
use mynumber_crypto::revocation::Crl;

use super::bases::single;
use super::edits::Input;

/// Takes the first byte for the certificate that is edited, and the rest for edits; from 0x30 on, all of it for a
/// certificate or a CRL as it is.
pub fn crypto_certificate_differential(data: &[u8]) {
    let Some((choice, edits)) = data.split_first() else { return };
    match single().get(usize::from(*choice)) {
        Some(document) => document.edited(&mut Input(edits), compared),
        None => {
            compared(data);
            compared_crl(data);
        }
    }
}

fn compared(data: &[u8]) {
    let Ok(ours) = Certificate::parse(data) else { return };
    let theirs = match x509_cert::Certificate::from_der(data) {
        Ok(theirs) => theirs,
        Err(error) => {
            assert!(is_lenient(&ours), "x509-cert refuses what we accept: {error}");
            return;
        }
    };
    let body = theirs.tbs_certificate();
    assert_eq!(Ok(data), theirs.to_der().as_deref());
    assert_eq!(body.to_der().as_deref(), Ok(ours.tbs()));
    let serial = body.serial_number().as_bytes();
    assert_eq!(ours.serial(), serial.strip_prefix(&[0]).unwrap_or(serial));
    assert_eq!(body.issuer().to_der().as_deref(), Ok(ours.issuer().raw()));
    assert_eq!(body.subject().to_der().as_deref(), Ok(ours.subject().raw()));
    assert_eq!(body.subject_public_key_info().to_der().as_deref(), Ok(ours.public_key_info()));
    let validity = body.validity();
    for (theirs, ours) in
        [(validity.not_before, ours.validity().not_before), (validity.not_after, ours.validity().not_after)]
    {
        same_time(theirs, ours);
    }
    assert_eq!(theirs.signature().raw_bytes(), ours.signature());
    let algorithm = ours.signature_algorithm();
    assert_eq!(body.signature(), theirs.signature_algorithm());
    assert_eq!(theirs.signature_algorithm().oid.as_bytes(), algorithm.algorithm.as_bytes());
    let extensions = body.extensions().map_or(&[][..], |extensions| extensions.as_slice());
    assert_eq!(extensions.len(), ours.extensions().iter().count());
    for (theirs, ours) in extensions.iter().zip(ours.extensions().iter()) {
        assert_eq!(theirs.extn_id.as_bytes(), ours.id.as_bytes());
        assert_eq!(theirs.critical, ours.critical);
        assert_eq!(theirs.extn_value.as_bytes(), ours.value());
    }
    values(&theirs, &ours);
}

fn same_time(theirs: x509_cert::time::Time, ours: mynumber_crypto::UnixTime) {
    // Theirs begins in 1970.
    assert_eq!(i64::try_from(theirs.to_unix_duration().as_secs()), Ok(ours.seconds()));
}

/// What both read of an extension's content.
fn values(theirs: &x509_cert::Certificate, ours: &Certificate<'_>) {
    use x509_cert::ext::pkix::{BasicConstraints, KeyUsage, SubjectKeyIdentifier};
    let body = theirs.tbs_certificate();
    let extensions = ours.extensions();
    if let (Ok(Some((_, theirs))), Ok(Some(ours))) =
        (body.get_extension::<BasicConstraints>(), extensions.basic_constraints())
    {
        assert_eq!((theirs.ca, theirs.path_len_constraint), (ours.ca, ours.path_length));
    }
    if let (Ok(Some((_, theirs))), Ok(Some(ours))) =
        (body.get_extension::<SubjectKeyIdentifier>(), extensions.subject_key_identifier())
    {
        assert_eq!(theirs.0.as_bytes(), ours);
    }
    if let (Ok(Some((_, theirs))), Ok(Some(ours))) =
        (body.get_extension::<KeyUsage>(), extensions.key_usage())
    {
        let told =
            [theirs.digital_signature(), theirs.non_repudiation(), theirs.key_cert_sign(), theirs.crl_sign()];
        use mynumber_crypto::certificate::KeyUsage as Ours;
        let asked = [Ours::DIGITAL_SIGNATURE, Ours::NON_REPUDIATION, Ours::KEY_CERT_SIGN, Ours::CRL_SIGN];
        assert_eq!(told, asked.map(|bit| ours.contains(bit)));
    }
}

fn compared_crl(data: &[u8]) {
    let Ok(ours) = Crl::parse(data) else { return };
    let theirs = match x509_cert::crl::CertificateList::<x509_cert::certificate::Rfc5280>::from_der(data) {
        Ok(theirs) => theirs,
        Err(error) => {
            let times = ours.entries().filter_map(|entry| Some(entry.revocation().ok()?.when));
            let early = times.chain([ours.this_update()]).any(|time| time.seconds() < 0);
            let named = ours.issuer().attributes().any(|attribute| is_unusual(attribute.kind()));
            assert!(early || named, "x509-cert refuses a CRL that we accept: {error}");
            return;
        }
    };
    let body = &theirs.tbs_cert_list;
    assert_eq!(body.to_der().as_deref(), Ok(ours.tbs()));
    assert_eq!(body.issuer.to_der().as_deref(), Ok(ours.issuer().raw()));
    same_time(body.this_update, ours.this_update());
    body.next_update.into_iter().for_each(|next| same_time(next, ours.next_update()));
    assert_eq!(theirs.signature.raw_bytes(), ours.signature());
    let entries = body.revoked_certificates.as_deref().unwrap_or_default();
    assert_eq!(entries.len(), ours.entries().count());
    for (theirs, ours) in entries.iter().zip(ours.entries()) {
        let serial = theirs.serial_number.as_bytes();
        assert_eq!(ours.serial(), serial.strip_prefix(&[0]).unwrap_or(serial));
        let Ok(revocation) = ours.revocation() else { unreachable!("it was read once") };
        same_time(theirs.revocation_date, revocation.when);
    }
}

/// Whether the certificate has one of the things in which we are lenient.
fn is_lenient(ours: &Certificate<'_>) -> bool {
    let (tbs, info) = (ours.tbs(), ours.public_key_info());
    let end = tbs.windows(info.len()).position(|found| found == info).map(|start| start + info.len());
    let identified = end.and_then(|end| tbs.get(end)).is_some_and(|tag| matches!(tag, 0x81 | 0x82));
    let validity = ours.validity();
    let early = [validity.not_before, validity.not_after].iter().any(|time| time.seconds() < 0);
    let names = ours.issuer().attributes().chain(ours.subject().attributes());
    let unusual = names.map(|attribute| attribute.kind()).any(is_unusual)
        || ours.extensions().iter().any(|extension| is_unusual(extension.id))
        || is_unusual(ours.signature_algorithm().algorithm);
    ours.public_key().is_err() || identified || early || unusual
}

fn is_unusual(id: Oid<'_>) -> bool {
    id.as_bytes().len() > 39 || id.as_bytes().first().is_some_and(|first| first & 0x80 != 0)
}
