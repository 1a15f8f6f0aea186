//! The JPKI application: certificates and token information (CARD.md §2.1, §5).

use mynumber_applet::FileId;
use mynumber_applet::content::{CertificateAvailabilityRepr, TokenInfoRepr};
use mynumber_crypto::UnixTime;
use mynumber_virtual_card::{FileContents, Image};
use rand_core::CryptoRng;
use rsa::RsaPublicKey;

use super::{Dates, Job, PersonaliseError, file};
use crate::person::Person;
use crate::pki::{Kind, Request, TestAuthority, holder_attributes};
use crate::validity::civil_in_japan;

/// What every test card seen ends its common names with.
const COMMON_NAME_END: &str = "003A";
/// The alphabet of the opaque part of a user-authentication certificate's common name.
const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

impl Job<'_> {
    pub(super) fn write_jpki<R: CryptoRng + ?Sized>(
        &self,
        image: &mut Image,
        [signature, user_authentication]: &[RsaPublicKey; 2],
        rng: &mut R,
    ) -> Result<(), PersonaliseError> {
        let (authority, person, dates) = (self.authority, self.person, self.dates);
        let mut bytes = |id, der: &[u8]| image.files.insert(id, FileContents::Bytes(der.to_vec()));
        bytes(FileId::SignatureCaCertificate, self.authority.signature_ca());
        bytes(FileId::UserAuthenticationCaCertificate, self.authority.user_authentication_ca());
        if self.has_signature() {
            let der = certificate(authority, person, dates, Kind::Signature, signature, rng)?;
            bytes(FileId::SignatureCertificate, &der);
        }
        if self.has_user_authentication() {
            let kind = Kind::UserAuthentication;
            let der = certificate(authority, person, dates, kind, user_authentication, rng)?;
            bytes(FileId::UserAuthenticationCertificate, &der);
        }
        let available = CertificateAvailabilityRepr {
            signature: self.has_signature(),
            user_authentication: self.has_user_authentication(),
        };
        file(image, FileId::CertificateAvailability, |buffer| available.emit(buffer))?;
        let token = TokenInfoRepr::new(image.token, "MYNUMBER-TEST", "VIRTUAL", &self.person.serial);
        file(image, FileId::TokenInfo, |buffer| token.emit(buffer))?;
        Ok(())
    }
}

/// A certificate for a holder's key.
pub(super) fn certificate<R: CryptoRng + ?Sized>(
    authority: &TestAuthority,
    person: &Person,
    dates: Dates,
    kind: Kind,
    key: &RsaPublicKey,
    rng: &mut R,
) -> Result<Vec<u8>, PersonaliseError> {
    let alternative = match kind {
        Kind::Signature => Some(attributes(person)?),
        Kind::UserAuthentication => None,
    };
    let request = Request {
        key,
        municipality: &person.municipality,
        common_name: common_name(person, dates.now, kind, rng),
        alternative,
        not_before: dates.now,
        not_after: dates.certificates,
    };
    Ok(authority.certify(kind, request, rng)?)
}

/// The four attributes as a signature certificate carries them.
fn attributes(person: &Person) -> Result<Vec<x509_cert::ext::pkix::name::GeneralName>, PersonaliseError> {
    // 0 stands for an unknown era (CARD.md §5.2); `check` keeps such births out.
    let era = person.birth_date.to_era().map_or(b'0', |date| date.era().digit());
    let digits = std::iter::once(era).chain(person.birth_date.to_ascii());
    let birth: String = digits.map(char::from).collect();
    let sex = char::from(person.sex.code()).to_string();
    Ok(holder_attributes([
        (1, &person.name),
        (4, &birth),
        (3, &sex),
        (5, &person.address),
        (2, &person.name_substitutes),
        (6, &person.address_substitutes),
    ])?)
}

/// Signature: time of issue in Japan, five digits, municipality, end: 28 characters. User authentication: fourteen
/// opaque characters, municipality, end: 23 characters.
fn common_name<R: CryptoRng + ?Sized>(person: &Person, now: UnixTime, kind: Kind, rng: &mut R) -> String {
    let code = person.municipality.code;
    match kind {
        Kind::Signature => {
            let at = civil_in_japan(now);
            let time = format!(
                "{:04}{:02}{:02}{:02}{:02}{:02}",
                at.year, at.month, at.day, at.hour, at.minute, at.second
            );
            format!("{time}{:05}{code}{COMMON_NAME_END}", rng.next_u32() % 100_000)
        }
        Kind::UserAuthentication => {
            let mut drawn = [0; 14];
            rng.fill_bytes(&mut drawn);
            let letter =
                |byte: &u8| ALPHABET.get(usize::from(byte % 32)).map_or('A', |letter| char::from(*letter));
            let opaque: String = drawn.iter().map(letter).collect();
            format!("{opaque}{code}{COMMON_NAME_END}")
        }
    }
}
