//! Certificate extensions (RFC 5280 §4.2).

use super::{AuthorityKeyIdentifier, BasicConstraints, KeyUsage, Oids};
use super::{Error, ErrorKind, Field, Name};
use crate::asn1::der::{self, Der, OCTET_STRING, SEQUENCE};
use crate::asn1::{Object, Oid};
use mynumber_apdu::tlv::{Tag, Tlv};

/// The extensions that this crate reads.
pub mod extension {
    use crate::asn1::Oid;

    /// subjectKeyIdentifier.
    pub const SUBJECT_KEY_IDENTIFIER: Oid<'static> = Oid::known(&[0x55, 0x1D, 0x0E]);
    /// keyUsage.
    pub const KEY_USAGE: Oid<'static> = Oid::known(&[0x55, 0x1D, 0x0F]);
    /// subjectAltName.
    pub const SUBJECT_ALT_NAME: Oid<'static> = Oid::known(&[0x55, 0x1D, 0x11]);
    /// issuerAltName.
    pub const ISSUER_ALT_NAME: Oid<'static> = Oid::known(&[0x55, 0x1D, 0x12]);
    /// basicConstraints.
    pub const BASIC_CONSTRAINTS: Oid<'static> = Oid::known(&[0x55, 0x1D, 0x13]);
    /// cRLDistributionPoints.
    pub const CRL_DISTRIBUTION_POINTS: Oid<'static> = Oid::known(&[0x55, 0x1D, 0x1F]);
    /// certificatePolicies.
    pub const CERTIFICATE_POLICIES: Oid<'static> = Oid::known(&[0x55, 0x1D, 0x20]);
    /// authorityKeyIdentifier.
    pub const AUTHORITY_KEY_IDENTIFIER: Oid<'static> = Oid::known(&[0x55, 0x1D, 0x23]);
    /// extKeyUsage.
    pub const EXTENDED_KEY_USAGE: Oid<'static> = Oid::known(&[0x55, 0x1D, 0x25]);
    /// nameConstraints.
    pub const NAME_CONSTRAINTS: Oid<'static> = Oid::known(&[0x55, 0x1D, 0x1E]);
    /// policyMappings.
    pub const POLICY_MAPPINGS: Oid<'static> = Oid::known(&[0x55, 0x1D, 0x21]);
    /// policyConstraints.
    pub const POLICY_CONSTRAINTS: Oid<'static> = Oid::known(&[0x55, 0x1D, 0x24]);
    /// inhibitAnyPolicy.
    pub const INHIBIT_ANY_POLICY: Oid<'static> = Oid::known(&[0x55, 0x1D, 0x36]);
    /// anyPolicy: not an extension, but a policy.
    pub const ANY_POLICY: Oid<'static> = Oid::known(&[0x55, 0x1D, 0x20, 0x00]);
    /// anyExtendedKeyUsage: not an extension, but a purpose.
    pub const ANY_EXTENDED_KEY_USAGE: Oid<'static> = Oid::known(&[0x55, 0x1D, 0x25, 0x00]);
    /// authorityInfoAccess.
    pub const AUTHORITY_INFO_ACCESS: Oid<'static> =
        Oid::known(&[0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01, 0x01]);
}

/// One extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extension<'a> {
    /// Its identifier; see [`extension`].
    pub id: Oid<'a>,
    /// Whether a reader that does not know it must refuse the certificate.
    pub critical: bool,
    value: &'a [u8],
    position: usize,
}

impl<'a> Extension<'a> {
    /// The DER inside its OCTET STRING.
    #[must_use]
    pub const fn value(&self) -> &'a [u8] {
        self.value
    }

    /// A reader at that DER, for an extension of a certificate.
    pub(crate) const fn content(&self, field: Field) -> Der<'a> {
        Der::new(Object::Certificate, field, self.value, self.position)
    }
}

/// The extensions of a certificate: the list checked for its shape and for duplicates, their contents read when asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extensions<'a> {
    object: Object,
    list: &'a [u8],
    position: usize,
}

/// The most extensions of one certificate; JPKI uses up to eight.
const MAX_EXTENSIONS: usize = 32;

impl<'a> Extensions<'a> {
    pub(crate) const fn none(object: Object) -> Self {
        Self { object, list: &[], position: 0 }
    }

    /// Reads the list inside the explicitly tagged `element`.
    pub(crate) fn read(der: &Der<'a>, element: Tlv<'a>) -> Result<Self, Error> {
        let mut tagged = der.inside(element)?;
        let list = tagged.read(SEQUENCE)?;
        tagged.finish()?;
        Self::read_list(&tagged, list)
    }

    /// Reads `list`, the SEQUENCE of the extensions.
    pub(crate) fn read_list(der: &Der<'a>, list: Tlv<'a>) -> Result<Self, Error> {
        let extensions = Self { object: der.object(), list: list.value(), position: list.value_position() };
        let mut rest = der.inside(list)?;
        if rest.is_empty() {
            return Err(rest.fault(ErrorKind::Tlv(mynumber_apdu::tlv::ErrorKind::Empty)));
        }
        // The last byte tells nearly all identifiers apart; where it does not, the list is looked at again.
        let mut seen = [0; MAX_EXTENSIONS];
        let mut count = 0;
        while !rest.is_empty() {
            let before = rest;
            let id = next(&mut rest)?.id;
            let last = id.as_bytes().last().copied().unwrap_or_default();
            let again = seen.iter().take(count).any(|earlier| *earlier == last)
                && extensions.iter().take(count).any(|earlier| earlier.id == id);
            if again {
                return Err(before.fault(ErrorKind::DuplicateExtension));
            }
            let free = seen.get_mut(count).ok_or_else(|| before.fault(ErrorKind::TooLong))?;
            *free = last;
            count += 1;
        }
        Ok(extensions)
    }

    /// The extensions in the order of the certificate.
    pub fn iter(&self) -> impl Iterator<Item = Extension<'a>> + use<'a> {
        let mut rest = Der::new(self.object, Field::Extensions, self.list, self.position);
        core::iter::from_fn(move || if rest.is_empty() { None } else { next(&mut rest).ok() })
    }

    /// The extension with this identifier.
    #[must_use]
    pub fn find(&self, id: Oid<'_>) -> Option<Extension<'a>> {
        self.iter().find(|extension| extension.id == id)
    }

    /// The first critical extension that this crate has no reader for: a verifier must refuse the certificate then
    /// (RFC 5280 §4.2).
    #[must_use]
    pub fn unknown_critical(&self) -> Option<Oid<'a>> {
        let known = [
            extension::KEY_USAGE,
            extension::EXTENDED_KEY_USAGE,
            extension::CERTIFICATE_POLICIES,
            extension::BASIC_CONSTRAINTS,
            extension::SUBJECT_ALT_NAME,
        ];
        self.iter()
            .find(|extension| extension.critical && !known.contains(&extension.id))
            .map(|found| found.id)
    }

    /// A reader at the content of the extension with this identifier.
    pub(crate) fn content(&self, id: Oid<'_>, field: Field) -> Option<Der<'a>> {
        let found = self.find(id)?;
        Some(Der::new(self.object, field, found.value, found.position))
    }

    /// keyUsage (RFC 5280 §4.2.1.3).
    ///
    /// # Errors
    /// [`Error`] when the extension is there and malformed; this holds for every reader below.
    pub fn key_usage(&self) -> Result<Option<KeyUsage>, Error> {
        self.content(extension::KEY_USAGE, Field::KeyUsage).map(KeyUsage::read).transpose()
    }

    /// The purposes of extKeyUsage (RFC 5280 §4.2.1.12); none when the extension is absent.
    ///
    /// # Errors
    /// As [`Extensions::key_usage`].
    pub fn extended_key_usage(&self) -> Result<Option<Oids<'a>>, Error> {
        self.content(extension::EXTENDED_KEY_USAGE, Field::ExtendedKeyUsage).map(Oids::read).transpose()
    }

    /// The policies of certificatePolicies (RFC 5280 §4.2.1.4); qualifiers are passed over.
    ///
    /// # Errors
    /// As [`Extensions::key_usage`].
    pub fn policies(&self) -> Result<Option<Oids<'a>>, Error> {
        let content = self.content(extension::CERTIFICATE_POLICIES, Field::CertificatePolicies);
        content.map(|content| Oids::read_policies(content, false)).transpose()
    }

    /// basicConstraints (RFC 5280 §4.2.1.9).
    ///
    /// # Errors
    /// As [`Extensions::key_usage`].
    pub fn basic_constraints(&self) -> Result<Option<BasicConstraints>, Error> {
        let content = self.content(extension::BASIC_CONSTRAINTS, Field::BasicConstraints);
        content.map(BasicConstraints::read).transpose()
    }

    /// subjectKeyIdentifier (RFC 5280 §4.2.1.2).
    ///
    /// # Errors
    /// As [`Extensions::key_usage`].
    pub fn subject_key_identifier(&self) -> Result<Option<&'a [u8]>, Error> {
        let Some(mut content) = self.content(extension::SUBJECT_KEY_IDENTIFIER, Field::SubjectKeyIdentifier)
        else {
            return Ok(None);
        };
        let identifier = content.read(OCTET_STRING)?.value();
        content.finish()?;
        Ok(Some(identifier))
    }

    /// authorityKeyIdentifier (RFC 5280 §4.2.1.1).
    ///
    /// # Errors
    /// As [`Extensions::key_usage`].
    pub fn authority_key_identifier(&self) -> Result<Option<AuthorityKeyIdentifier<'a>>, Error> {
        let content = self.content(extension::AUTHORITY_KEY_IDENTIFIER, Field::AuthorityKeyIdentifier);
        content.map(AuthorityKeyIdentifier::read).transpose()
    }

    /// The directory name of the first distribution point in cRLDistributionPoints (RFC 5280 §4.2.1.13): JPKI names the
    /// CRL of a municipality by it, and gives no address.
    ///
    /// # Errors
    /// As [`Extensions::key_usage`].
    pub fn crl_distribution_point(&self) -> Result<Option<Name<'a>>, Error> {
        let Some(mut content) =
            self.content(extension::CRL_DISTRIBUTION_POINTS, Field::CrlDistributionPoints)
        else {
            return Ok(None);
        };
        let mut points = content.enter(SEQUENCE)?;
        content.finish()?;
        let mut point = points.enter(SEQUENCE)?;
        let Some(point_name) = point.optional(Tag(0xA0))? else {
            return Ok(None);
        };
        let mut choice = point.inside(point_name)?;
        match choice.optional(Tag(0xA0))? {
            Some(full_name) => directory_name(choice.inside(full_name)?),
            None => Ok(None),
        }
    }

    /// The first directory name in issuerAltName (RFC 5280 §4.2.1.7): JPKI writes the authority's name in Japanese there.
    ///
    /// # Errors
    /// As [`Extensions::key_usage`].
    pub fn issuer_alternative_name(&self) -> Result<Option<Name<'a>>, Error> {
        self.alternative_name(extension::ISSUER_ALT_NAME, Field::Extensions)
    }

    /// The first directory name in subjectAltName (RFC 5280 §4.2.1.6): the Japanese name in an authority's certificate.
    ///
    /// # Errors
    /// As [`Extensions::key_usage`].
    pub fn subject_directory_name(&self) -> Result<Option<Name<'a>>, Error> {
        self.alternative_name(extension::SUBJECT_ALT_NAME, Field::SubjectAltName)
    }

    fn alternative_name(&self, id: Oid<'_>, field: Field) -> Result<Option<Name<'a>>, Error> {
        let Some(mut content) = self.content(id, field) else {
            return Ok(None);
        };
        let names = content.enter(SEQUENCE)?;
        content.finish()?;
        directory_name(names)
    }

    /// The address of the OCSP responder in authorityInfoAccess (RFC 5280 §4.2.2.1).
    ///
    /// # Errors
    /// As [`Extensions::key_usage`].
    pub fn ocsp_url(&self) -> Result<Option<&'a str>, Error> {
        let Some(mut content) = self.content(extension::AUTHORITY_INFO_ACCESS, Field::AuthorityInfoAccess)
        else {
            return Ok(None);
        };
        let mut list = content.enter(SEQUENCE)?;
        content.finish()?;
        while !list.is_empty() {
            let mut access = list.enter(SEQUENCE)?;
            let method = access.oid()?;
            let before = access;
            let location = access.next()?;
            access.finish()?;
            if let (OCSP, Some(location)) = (method.as_bytes(), location.filter(|found| found.tag() == URI)) {
                let url = der::text(der::IA5_STRING, location.value());
                return url.map(Some).ok_or_else(|| before.fault(ErrorKind::Text));
            }
        }
        Ok(None)
    }
}

/// id-ad-ocsp.
const OCSP: &[u8] = &[0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01];
/// uniformResourceIdentifier of GeneralName.
const URI: Tag = Tag(0x86);

fn next<'a>(list: &mut Der<'a>) -> Result<Extension<'a>, Error> {
    let element = list.read(SEQUENCE)?;
    if let Some(extension) = plain(element) {
        return Ok(extension);
    }
    let mut inside = list.inside(element)?;
    let id = inside.oid()?;
    let critical = inside.default_false()?;
    let value = inside.read(OCTET_STRING)?;
    inside.finish()?;
    Ok(Extension { id, critical, value: value.value(), position: value.value_position() })
}

/// The extension that `element` is, if it is as nearly all are, so that it need not be taken apart: an identifier of three
/// bytes, and a length of one or two.
fn plain(element: Tlv<'_>) -> Option<Extension<'_>> {
    let [0x06, 3, after @ ..] = element.value() else { return None };
    let (id @ [a, b, c], after) = after.split_first_chunk()?;
    let (critical, after) = match after {
        [0x01, 1, 0xFF, after @ ..] => (true, after),
        _ => (false, after),
    };
    let (length, value) = match after {
        [0x04, length @ 0..=0x7F, value @ ..] | [0x04, 0x81, length @ 0x80..=0xFF, value @ ..] => {
            (length, value)
        }
        _ => return None,
    };
    let sound = (a | b | c) & 0x80 == 0 && usize::from(*length) == value.len();
    let position = element.value_position() + element.value().len() - value.len();
    sound.then_some(Extension { id: Oid::known(id), critical, value, position })
}

/// The first directoryName of GeneralNames.
pub(super) fn directory_name<'a>(mut names: Der<'a>) -> Result<Option<Name<'a>>, Error> {
    while let Some(name) = names.next()? {
        if name.tag() == Tag(0xA4) {
            let mut explicit = names.inside(name)?;
            let found = Name::read(&mut explicit)?;
            explicit.finish()?;
            return Ok(Some(found));
        }
    }
    Ok(None)
}
