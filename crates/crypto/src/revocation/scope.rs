//! Which certificates a CRL is about: issuingDistributionPoint against cRLDistributionPoints (RFC 5280 §5.2.5, §4.2.1.13).

use super::Why;
use crate::asn1::der::{Der, SEQUENCE};
use crate::asn1::{Error, ErrorKind, Field};
use crate::certificate::{Certificate, Extensions, Name, extension};
use mynumber_apdu::tlv::{Reader, Tag};

/// The name of a distribution point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PointName<'a> {
    /// GeneralNames, one after the other: directory names and URIs only.
    Full(&'a [u8]),
    /// What follows the issuer's name: the content of one relative distinguished name.
    Relative(&'a [u8]),
}

const FULL_NAME: Tag = Tag(0xA0);
const RELATIVE_NAME: Tag = Tag(0xA1);
const DIRECTORY_NAME: Tag = Tag(0xA4);
const URI: Tag = Tag(0x86);
/// Names of one point that are looked at.
const MAX_NAMES: usize = 32;
/// Distribution points of one certificate that are looked at.
const MAX_POINTS: usize = 32;

impl<'a> PointName<'a> {
    /// Reads a DistributionPointName inside its explicit tag.
    fn read(mut choice: Der<'a>) -> Result<Self, Error> {
        let before = choice;
        let element = choice.next()?.ok_or_else(|| before.fault(ErrorKind::Undefined))?;
        choice.finish()?;
        match element.tag() {
            FULL_NAME => {
                let mut names = choice.inside(element)?;
                let mut count = 0;
                while let Some(name) = names.next()? {
                    count += 1;
                    match name.tag() {
                        DIRECTORY_NAME => {
                            let mut inside = names.inside(name)?;
                            Name::read(&mut inside)?;
                            inside.finish()?;
                        }
                        URI => {}
                        _ => return Err(names.fault(ErrorKind::UnsupportedName)),
                    }
                    if count > MAX_NAMES {
                        return Err(names.fault(ErrorKind::TooLong));
                    }
                }
                if count == 0 {
                    Err(before.fault(ErrorKind::Undefined))
                } else {
                    Ok(Self::Full(element.value()))
                }
            }
            RELATIVE_NAME => {
                if element.value().is_empty() {
                    return Err(before.fault(ErrorKind::Undefined));
                }
                let mut attributes = choice.inside(element)?;
                while !attributes.is_empty() {
                    let mut attribute = attributes.enter(SEQUENCE)?;
                    attribute.oid()?;
                    attribute.next()?;
                    attribute.finish()?;
                }
                Ok(Self::Relative(element.value()))
            }
            _ => Err(before.fault(ErrorKind::Undefined)),
        }
    }

    /// The names of a full name, each as it stands.
    fn names(self) -> impl Iterator<Item = (Tag, &'a [u8])> {
        let mut list = Reader::new(match self {
            Self::Full(list) => list,
            Self::Relative(_) => &[],
        });
        core::iter::from_fn(move || {
            let element = list.next_element().ok()??;
            Some((element.tag(), element.raw()))
        })
    }

    /// The directory names in it.
    pub(super) fn directory_names(self) -> impl Iterator<Item = Name<'a>> {
        self.names().filter(|(tag, _)| *tag == DIRECTORY_NAME).filter_map(|(_, raw)| directory_name(raw))
    }

    /// Whether both have a name in common; relative names are relative to `issuer`.
    pub(super) fn meets(self, other: PointName<'_>, issuer: Name<'_>) -> bool {
        match (self, other) {
            (Self::Relative(ours), PointName::Relative(theirs)) => ours == theirs,
            (Self::Full(_), PointName::Full(_)) => {
                self.names().any(|ours| other.names().any(|theirs| same(ours, theirs)))
            }
            (Self::Full(_), PointName::Relative(relative)) => {
                self.directory_names().any(|name| is_below(name, issuer, relative))
            }
            (Self::Relative(relative), PointName::Full(_)) => {
                other.directory_names().any(|name| is_below(name, issuer, relative))
            }
        }
    }
}

/// Whether two names of points are one.
fn same(ours: (Tag, &[u8]), theirs: (Tag, &[u8])) -> bool {
    let as_names = || match (ours.0, directory_name(ours.1), directory_name(theirs.1)) {
        (DIRECTORY_NAME, Some(ours), Some(theirs)) => ours.matches(&theirs),
        _ => false,
    };
    ours.0 == theirs.0 && (ours.1 == theirs.1 || as_names())
}

/// The name inside a directoryName.
fn directory_name(general_name: &[u8]) -> Option<Name<'_>> {
    let outer = Reader::new(general_name).next_element().ok()??;
    let mut inside = Der::new(crate::asn1::Object::Crl, Field::IssuingDistributionPoint, outer.value(), 0);
    Name::read(&mut inside).ok()
}

/// Whether `name` is `issuer` and then one more relative distinguished name with the content `relative`.
fn is_below(name: Name<'_>, issuer: Name<'_>, relative: &[u8]) -> bool {
    let content =
        |name: &Name<'_>| Reader::new(name.raw()).next_element().ok().flatten().map(|all| all.value().len());
    let (Some(length), Some(issuer_length)) = (content(&name), content(&issuer)) else { return false };
    let tail = |name: Name<'_>, length: usize| name.raw().len() - length;
    let all = name.raw().get(tail(name, length)..).unwrap_or_default();
    let above = issuer.raw().get(tail(issuer, issuer_length)..).unwrap_or_default();
    let Some(last) = all.strip_prefix(above) else { return false };
    let mut rest = Reader::new(last);
    let set = rest.read(crate::asn1::der::SET);
    rest.is_empty() && set.is_ok_and(|set| set.value() == relative)
}

/// The content of issuingDistributionPoint that is supported: neither indirect nor for some reasons only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Scope<'a> {
    pub(super) point: Option<PointName<'a>>,
    only_user_certificates: bool,
    only_ca_certificates: bool,
}

impl<'a> Scope<'a> {
    /// A CRL without the extension: everything of its issuer.
    pub(super) const EVERYTHING: Self =
        Self { point: None, only_user_certificates: false, only_ca_certificates: false };

    pub(super) fn read(extension: &mut Der<'a>) -> Result<Self, Error> {
        let mut fields = extension.enter(SEQUENCE)?;
        extension.finish()?;
        let before = fields;
        if fields.is_empty() {
            // RFC 5280 §5.2.5: an empty one must not be issued.
            return Err(before.fault(ErrorKind::Undefined));
        }
        let point = match fields.optional(Tag(0xA0))? {
            Some(element) => Some(PointName::read(fields.inside(element)?)?),
            None => None,
        };
        let only_user_certificates = flag(&mut fields, Tag(0x81))?;
        let only_ca_certificates = flag(&mut fields, Tag(0x82))?;
        let some_reasons = fields.optional(Tag(0x83))?.is_some();
        let indirect = flag(&mut fields, Tag(0x84))?;
        let only_attribute_certificates = flag(&mut fields, Tag(0x85))?;
        fields.finish()?;
        if indirect {
            return Err(before.fault(ErrorKind::Indirect));
        }
        if some_reasons {
            return Err(before.fault(ErrorKind::SomeReasons));
        }
        if only_attribute_certificates || (only_user_certificates && only_ca_certificates) {
            return Err(before.fault(ErrorKind::NotForCertificates));
        }
        Ok(Self { point, only_user_certificates, only_ca_certificates })
    }

    /// Whether a CRL of this scope and of the certificate's issuer is about the certificate (RFC 5280 §6.3.3 b).
    pub(super) fn covers(&self, certificate: &Certificate<'_>) -> Result<(), Why> {
        let constraints = certificate.extensions().basic_constraints().map_err(Why::Unreadable)?;
        let is_ca = constraints.is_some_and(|constraints| constraints.ca);
        if (self.only_user_certificates && is_ca) || (self.only_ca_certificates && !is_ca) {
            return Err(Why::OutOfScope);
        }
        let Some(ours) = self.point else { return Ok(()) };
        let extensions = certificate.extensions();
        let issuer = certificate.issuer();
        let named = match extensions.content(extension::CRL_DISTRIBUTION_POINTS, Field::CrlDistributionPoints)
        {
            Some(content) => {
                any_point(content, |point| point.meets(ours, issuer)).map_err(Why::Unreadable)?
            }
            // RFC 5280 §6.3.3: without distribution points, the issuer's name stands for one.
            None => ours.directory_names().any(|name| name.matches(&issuer)),
        };
        if named { Ok(()) } else { Err(Why::OutOfScope) }
    }
}

/// The directory names of the distribution points of a certificate that one CRL of its issuer serves whole.
pub(super) fn points_of<'a>(
    extensions: &Extensions<'a>,
    mut each: impl FnMut(Name<'a>),
) -> Result<(), Error> {
    if let Some(content) =
        extensions.content(extension::CRL_DISTRIBUTION_POINTS, Field::CrlDistributionPoints)
    {
        any_point(content, |point| {
            point.directory_names().for_each(&mut each);
            false
        })?;
    }
    Ok(())
}

/// Reads all distribution points; whether `test` holds for one that a CRL of the issuer itself serves, for all reasons.
fn any_point<'a>(mut content: Der<'a>, mut test: impl FnMut(PointName<'a>) -> bool) -> Result<bool, Error> {
    let mut points = content.enter(SEQUENCE)?;
    content.finish()?;
    let (mut found, mut count) = (false, 0);
    while !points.is_empty() {
        count += 1;
        if count > MAX_POINTS {
            return Err(points.fault(ErrorKind::TooLong));
        }
        let mut point = points.enter(SEQUENCE)?;
        let name = match point.optional(Tag(0xA0))? {
            Some(element) => Some(PointName::read(point.inside(element)?)?),
            None => None,
        };
        let some_reasons = point.optional(Tag(0x81))?.is_some();
        let other_issuer = point.optional(Tag(0xA2))?.is_some();
        point.finish()?;
        if let Some(name) = name.filter(|_| !some_reasons && !other_issuer) {
            found |= test(name);
        }
    }
    Ok(found)
}

/// An implicitly tagged BOOLEAN that is false unless written.
fn flag(fields: &mut Der<'_>, tag: Tag) -> Result<bool, Error> {
    let before = *fields;
    match fields.optional(tag)?.map(|element| element.value()) {
        None => Ok(false),
        Some([0xFF]) => Ok(true),
        Some(_) => Err(before.fault(ErrorKind::Boolean)),
    }
}
