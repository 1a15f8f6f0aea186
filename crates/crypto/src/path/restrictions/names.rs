//! Name constraints (RFC 5280 §4.2.1.10): under which names an authority may certify.
//!
//! A form of name that is not compared here (otherName, registeredID, ...) refuses every name of that form once it is
//! constrained, and so does a name that cannot be read as its form.

use crate::asn1::der::{self, Der, SEQUENCE};
use crate::asn1::{Error, ErrorKind, Field, Oid};
use crate::certificate::{Certificate, Name, extension};
use mynumber_apdu::tlv::{Reader, Tag, Tlv};

const MAIL: Tag = Tag(0x81);
const DNS: Tag = Tag(0x82);
const DIRECTORY: Tag = Tag(0xA4);
const URI: Tag = Tag(0x86);
const ADDRESS: Tag = Tag(0x87);

/// The attribute that carries a mail address inside a distinguished name (RFC 5280 §4.1.2.6).
const EMAIL_ADDRESS: Oid<'static> = Oid::known(&[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x01]);
/// The most subtrees of one list.
const MAX_SUBTREES: usize = 1024;
/// The most comparisons of a name with a subtree in one path.
pub(in crate::path) const MAX_COMPARISONS: usize = 250_000;

/// The content of nameConstraints, checked for its shape: GeneralSubtrees, one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NameConstraints<'a> {
    permitted: &'a [u8],
    excluded: &'a [u8],
}

/// A general name with the tag that tells its form.
#[derive(Clone, Copy)]
struct Form<'a> {
    tag: Tag,
    value: &'a [u8],
}

/// Why a certificate is not within the constraints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::path) enum Outside {
    /// A name is excluded, or not among those permitted.
    Name,
    /// More comparisons than are allowed.
    Budget,
}

impl<'a> NameConstraints<'a> {
    pub(super) fn read(mut content: Der<'a>) -> Result<Self, Error> {
        let mut inside = content.enter(SEQUENCE)?;
        content.finish()?;
        let before = inside;
        let mut list = |tag| match inside.optional(tag)? {
            Some(element) => check_subtrees(inside.inside(element)?).map(|()| Some(element.value())),
            None => Ok(None),
        };
        let (permitted, excluded) = (list(Tag(0xA0))?, list(Tag(0xA1))?);
        inside.finish()?;
        if permitted.is_none() && excluded.is_none() {
            return Err(before.fault(ErrorKind::Undefined));
        }
        Ok(Self { permitted: permitted.unwrap_or_default(), excluded: excluded.unwrap_or_default() })
    }

    /// Whether all names of a certificate are allowed. `budget` counts comparisons down.
    pub(in crate::path) fn allow(
        &self,
        certificate: &Certificate<'_>,
        budget: &mut usize,
    ) -> Result<(), Outside> {
        let subject = certificate.subject();
        if !subject.is_empty() {
            self.allow_name(Form { tag: DIRECTORY, value: subject.raw() }, budget)?;
        }
        for attribute in subject.attributes().filter(|attribute| attribute.kind() == EMAIL_ADDRESS) {
            self.allow_name(Form { tag: MAIL, value: attribute.value() }, budget)?;
        }
        let Some(names) = certificate.extensions().find(extension::SUBJECT_ALT_NAME) else { return Ok(()) };
        let mut list = Reader::new(names.value());
        let inside = list.next_element().ok().flatten().ok_or(Outside::Name)?;
        let mut names = Reader::new(inside.value());
        while let Some(name) = names.next_element().map_err(|_| Outside::Name)? {
            self.allow_name(Form { tag: name.tag(), value: name.value() }, budget)?;
        }
        Ok(())
    }

    fn allow_name(&self, name: Form<'_>, budget: &mut usize) -> Result<(), Outside> {
        let mut spend = || {
            *budget = budget.checked_sub(1).ok_or(Outside::Budget)?;
            Ok(())
        };
        for subtree in subtrees(self.excluded) {
            spend()?;
            // What cannot be compared counts as excluded.
            if subtree.tag == name.tag && name.is_within(subtree, true).unwrap_or(true) {
                return Err(Outside::Name);
            }
        }
        let mut constrained = false;
        for subtree in subtrees(self.permitted) {
            spend()?;
            if subtree.tag == name.tag {
                constrained = true;
                // And what cannot be compared counts as not permitted.
                if name.is_within(subtree, false).unwrap_or(false) {
                    return Ok(());
                }
            }
        }
        if constrained { Err(Outside::Name) } else { Ok(()) }
    }
}

fn check_subtrees(mut list: Der<'_>) -> Result<(), Error> {
    for _ in 0..MAX_SUBTREES {
        let before = list;
        let mut subtree = list.enter(SEQUENCE)?;
        let base = subtree.next()?.ok_or_else(|| before.fault(ErrorKind::Undefined))?;
        // RFC 5280 §4.2.1.10: minimum is 0, which DER does not write, and maximum is absent.
        subtree.finish()?;
        let sound = match base.tag() {
            DIRECTORY => {
                let mut inside = subtree.inside(base)?;
                Name::read(&mut inside)?;
                inside.finish()?;
                true
            }
            ADDRESS => is_address_range(base.value()),
            DNS => text(base.value()).is_some_and(|base| base.is_empty() || is_host(base)),
            MAIL => text(base.value()).is_some_and(|base| mailbox(base).is_some() || is_host_or_domain(base)),
            URI => text(base.value()).is_some_and(is_host_or_domain),
            _ => true,
        };
        if !sound {
            return Err(before.fault(ErrorKind::Subtree));
        }
        if list.is_empty() {
            return Ok(());
        }
    }
    Err(list.fault(ErrorKind::TooLong))
}

/// The bases of a list of subtrees whose shape was checked.
fn subtrees(list: &[u8]) -> impl Iterator<Item = Form<'_>> {
    let mut list = Reader::new(list);
    core::iter::from_fn(move || {
        let subtree: Tlv<'_> = list.next_element().ok()??;
        let base = Reader::new(subtree.value()).next_element().ok()??;
        Some(Form { tag: base.tag(), value: base.value() })
    })
}

impl Form<'_> {
    /// Whether the name lies in the subtree; `None` when that cannot be told. `touching` asks whether it may stand for a
    /// name that does: a wildcard.
    fn is_within(&self, base: Form<'_>, touching: bool) -> Option<bool> {
        match self.tag {
            DIRECTORY => {
                let mut own = Der::new(crate::asn1::Object::Certificate, Field::Subject, self.value, 0);
                // subjectAltName writes it inside an explicit tag, as the subtree does; the subject has none.
                Name::read(&mut own).ok()?.begins_with(&directory(base.value)?)
            }
            MAIL => mail_within(text(self.value)?, text(base.value)?),
            DNS => dns_within(text(self.value)?, text(base.value)?, touching),
            URI => host_within(host_of(text(self.value)?)?, text(base.value)?),
            ADDRESS => Some(address_within(self.value, base.value)),
            _ => None,
        }
    }
}

fn directory(value: &[u8]) -> Option<Name<'_>> {
    Name::read(&mut Der::new(crate::asn1::Object::Certificate, Field::Subject, value, 0)).ok()
}

fn text(value: &[u8]) -> Option<&str> {
    der::text(der::IA5_STRING, value)
}

/// Labels of letters, digits, hyphens and underscores with dots between them.
fn is_host(text: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    text.split('.').all(label)
}

/// A host, or a domain with a dot before it: everything below that, and not the domain itself.
fn is_host_or_domain(text: &str) -> bool {
    is_host(text.strip_prefix('.').unwrap_or(text))
}

/// Whether `host` is `domain` or, label by label, below it.
fn is_below(host: &str, domain: &str, itself: bool) -> bool {
    let Some(split) = host.len().checked_sub(domain.len()) else { return false };
    let (Some(front), Some(end)) = (host.get(..split), host.get(split..)) else { return false };
    end.eq_ignore_ascii_case(domain) && if front.is_empty() { itself } else { front.ends_with('.') }
}

fn dns_within(name: &str, base: &str, touching: bool) -> Option<bool> {
    let host = name.strip_prefix("*.");
    if !is_host(host.unwrap_or(name)) {
        return None;
    }
    if base.is_empty() {
        return Some(true);
    }
    // A wildcard stands for names below it, and so touches a subtree that lies below it.
    let stands_for = host.is_some_and(|host| touching && is_below(base, host, false));
    Some(is_below(name, base, true) || stands_for)
}

/// Local part and host of a mailbox.
fn mailbox(text: &str) -> Option<(&str, &str)> {
    let (local, host) = text.rsplit_once('@')?;
    (!local.is_empty() && !local.contains('@') && is_host(host)).then_some((local, host))
}

fn mail_within(name: &str, base: &str) -> Option<bool> {
    let (local, host) = mailbox(name)?;
    match mailbox(base) {
        Some((base_local, base_host)) => Some(local == base_local && host.eq_ignore_ascii_case(base_host)),
        None => host_within(host, base),
    }
}

fn host_within(host: &str, base: &str) -> Option<bool> {
    Some(match base.strip_prefix('.') {
        Some(domain) => is_below(host, domain, false),
        None => host.eq_ignore_ascii_case(base),
    })
}

/// The host of a URI with an authority; none for an address, which no constraint can allow (RFC 5280 §4.2.1.10).
fn host_of(uri: &str) -> Option<&str> {
    let (scheme, rest) = uri.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let place = authority.rsplit_once('@').map_or(authority, |(_, place)| place);
    let host = match place.split_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        Some(_) => return None,
        None => place,
    };
    let is_name = is_host(host) && host.rsplit('.').next()?.bytes().any(|byte| byte.is_ascii_alphabetic());
    (!scheme.is_empty() && is_name).then_some(host)
}

/// An address and a mask of the same length, whose set bits come first.
fn is_address_range(range: &[u8]) -> bool {
    let Some(mask) = range.get(range.len() / 2..).filter(|_| matches!(range.len(), 8 | 32)) else {
        return false;
    };
    let rest = mask.iter().skip_while(|byte| **byte == 0xFF);
    rest.enumerate()
        .all(|(place, byte)| byte.leading_ones() + byte.trailing_zeros() == 8 && (place == 0 || *byte == 0))
}

fn address_within(address: &[u8], range: &[u8]) -> bool {
    let (Some(network), Some(mask)) = (range.get(..address.len()), range.get(address.len()..)) else {
        return false;
    };
    network.len() == mask.len()
        && address.iter().zip(network).zip(mask).all(|((own, network), mask)| own & mask == network & mask)
}

#[cfg(test)]
#[path = "names_tests.rs"]
mod tests;
