//! What an authority's certificate forbids those below it: name constraints, policy mappings, policy constraints,
//! inhibitAnyPolicy (RFC 5280 §4.2.1.10, §4.2.1.5, §4.2.1.11, §4.2.1.14).

pub(super) mod names;
pub(super) mod policies;

use crate::asn1::der::{Der, SEQUENCE};
use crate::asn1::{Error, ErrorKind, Field, Oid};
use crate::certificate::{Extension, extension};
use mynumber_apdu::tlv::{Reader, Tag};
pub(crate) use names::NameConstraints;

/// The restrictions of one certificate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Restrictions<'a> {
    pub(crate) names: Option<NameConstraints<'a>>,
    pub(crate) mappings: Mappings<'a>,
    /// requireExplicitPolicy: after how many more certificates every policy has to be an acceptable one.
    pub(crate) require_explicit_policy: Option<usize>,
    /// inhibitPolicyMapping, likewise.
    pub(crate) inhibit_policy_mapping: Option<usize>,
    /// inhibitAnyPolicy, likewise.
    pub(crate) inhibit_any_policy: Option<usize>,
    /// One that should have been critical and is not.
    pub(super) not_critical: Option<Field>,
}

/// The most mappings of one certificate.
const MAX_MAPPINGS: usize = 64;
/// Counts above this are this: no path is so long.
const MANY: usize = 255;

impl<'a> Restrictions<'a> {
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether it restricts what the subject may certify, and so makes sense for an authority only.
    pub(super) fn concern_others(&self) -> bool {
        self.names.is_some() || self.mappings != Mappings::default() || self.inhibit_any_policy.is_some()
    }

    /// Whether it says anything of policies.
    pub(super) fn concern_policies(&self) -> bool {
        !Self { names: None, ..*self }.is_empty()
    }

    /// Takes one of the four extensions in.
    pub(super) fn read(&mut self, found: &Extension<'a>) -> Result<(), Error> {
        // RFC 5280 makes all of them critical but the mappings, which only should be.
        if !found.critical {
            self.not_critical = match found.id {
                extension::NAME_CONSTRAINTS => Some(Field::NameConstraints),
                extension::POLICY_CONSTRAINTS => Some(Field::PolicyConstraints),
                extension::INHIBIT_ANY_POLICY => Some(Field::InhibitAnyPolicy),
                _ => self.not_critical,
            };
        }
        match found.id {
            extension::NAME_CONSTRAINTS => {
                self.names = Some(NameConstraints::read(found.content(Field::NameConstraints))?);
            }
            extension::POLICY_MAPPINGS => {
                self.mappings = Mappings::read(found.content(Field::PolicyMappings))?;
            }
            extension::POLICY_CONSTRAINTS => {
                self.read_constraints(found.content(Field::PolicyConstraints))?;
            }
            extension::INHIBIT_ANY_POLICY => {
                let mut content = found.content(Field::InhibitAnyPolicy);
                let value = content.not_negative(20)?;
                content.finish()?;
                self.inhibit_any_policy = Some(count(value));
            }
            _ => {}
        }
        Ok(())
    }

    fn read_constraints(&mut self, mut content: Der<'a>) -> Result<(), Error> {
        let mut inside = content.enter(SEQUENCE)?;
        content.finish()?;
        let before = inside;
        self.require_explicit_policy = skip(&mut inside, Tag(0x80))?;
        self.inhibit_policy_mapping = skip(&mut inside, Tag(0x81))?;
        inside.finish()?;
        // RFC 5280 §4.2.1.11: an empty one must not be issued.
        if self.require_explicit_policy.is_none() && self.inhibit_policy_mapping.is_none() {
            return Err(before.fault(ErrorKind::Undefined));
        }
        Ok(())
    }
}

/// policyMappings: pairs of the issuer's policy and the subject's that stands for it; the list was checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Mappings<'a>(&'a [u8]);

impl<'a> Mappings<'a> {
    fn read(mut content: Der<'a>) -> Result<Self, Error> {
        let element = content.read(SEQUENCE)?;
        content.finish()?;
        let mut list = content.inside(element)?;
        let mut count = 0;
        loop {
            let before = list;
            let mut pair = list.enter(SEQUENCE)?;
            let (issuers, subjects) = (pair.oid()?, pair.oid()?);
            pair.finish()?;
            // RFC 5280 §6.1.4 a.
            if [issuers, subjects].contains(&extension::ANY_POLICY) {
                return Err(before.fault(ErrorKind::Undefined));
            }
            count += 1;
            if count > MAX_MAPPINGS {
                return Err(before.fault(ErrorKind::TooLong));
            }
            if list.is_empty() {
                return Ok(Self(element.value()));
            }
        }
    }

    /// The pairs: the issuer's policy, the subject's.
    fn iter(self) -> impl Iterator<Item = (Oid<'a>, Oid<'a>)> {
        let mut list = Reader::new(self.0);
        core::iter::from_fn(move || {
            let mut pair = Reader::new(list.next_element().ok()??.value());
            let issuers = Oid::from_bytes(pair.next_element().ok()??.value())?;
            let subjects = Oid::from_bytes(pair.next_element().ok()??.value())?;
            Some((issuers, subjects))
        })
    }
}

/// An implicitly tagged SkipCerts.
fn skip(der: &mut Der<'_>, tag: Tag) -> Result<Option<usize>, Error> {
    let before = *der;
    match der.optional(tag)?.map(|element| element.value()) {
        None => Ok(None),
        Some(&[first @ 0..=0x7F]) => Ok(Some(usize::from(first))),
        // In its shortest coding, and not negative.
        Some(&[first, second, ..]) if first < 0x80 && (first != 0 || second >= 0x80) => Ok(Some(MANY)),
        Some(_) => Err(before.fault(ErrorKind::Number)),
    }
}

fn count(magnitude: &[u8]) -> usize {
    match magnitude {
        [] => 0,
        [only] => usize::from(*only),
        _ => MANY,
    }
}
