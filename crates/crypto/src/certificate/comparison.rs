//! The comparison of distinguished names (RFC 5280 §7.1).

use crate::asn1::der;
use mynumber_apdu::tlv::{Reader, Tag, Tlv};

/// Whether two lists of RDNs, whose shape was checked, are one name.
pub(super) fn same(a: &[u8], b: &[u8]) -> bool {
    let (mut a, mut b) = (Reader::new(a), Reader::new(b));
    loop {
        match (a.next_element(), b.next_element()) {
            (Ok(None), Ok(None)) => return true,
            (Ok(Some(a)), Ok(Some(b))) if same_rdn(a.value(), b.value()) => {}
            _ => return false,
        }
    }
}

/// Whether the first list of RDNs begins with all of the second; `None` where a text in a string type that is not read
/// here would have to be compared.
pub(super) fn begins_with(name: &[u8], base: &[u8]) -> Option<bool> {
    let (mut name, mut base) = (Reader::new(name), Reader::new(base));
    let mut known = true;
    loop {
        match (base.next_element(), name.next_element()) {
            (Ok(None), _) => return known.then_some(true),
            (Ok(Some(base)), Ok(Some(name))) if same_rdn(base.value(), name.value()) => {}
            (Ok(Some(base)), Ok(Some(name))) if may_be_same(base.value(), name.value()) => known = false,
            _ => return Some(false),
        }
    }
}

/// Whether two RDNs that do not match might: as many attributes of the same types, one in a string type that is not read
/// here.
fn may_be_same(a: &[u8], b: &[u8]) -> bool {
    let unread = |rdn| attributes(rdn).any(|attribute| is_unread(attribute.value()));
    let kinds = |rdn| attributes(rdn).filter_map(|attribute| Some(parts(attribute.value())?.0));
    (unread(a) || unread(b))
        && kinds(a).count() == kinds(b).count()
        && kinds(a).all(|kind| kinds(b).any(|other| kind == other))
}

/// TeletexString, UniversalString, BMPString.
fn is_unread(attribute: &[u8]) -> bool {
    parts(attribute).is_some_and(|(_, tag, _)| matches!(tag, Tag(0x14 | 0x1C | 0x1E)))
}

fn attributes(rdn: &[u8]) -> impl Iterator<Item = Tlv<'_>> {
    let mut rest = Reader::new(rdn);
    core::iter::from_fn(move || rest.next_element().ok().flatten())
}

/// An RDN is a set: each attribute of one has its match in the other, and both have as many.
fn same_rdn(a: &[u8], b: &[u8]) -> bool {
    let matched = |a: &Tlv<'_>| attributes(b).any(|b| same_attribute(a.value(), b.value()));
    attributes(a).count() == attributes(b).count() && attributes(a).all(|attribute| matched(&attribute))
}

fn same_attribute(a: &[u8], b: &[u8]) -> bool {
    if a == b {
        return true;
    }
    let (Some((kind_a, tag_a, value_a)), Some((kind_b, tag_b, value_b))) = (parts(a), parts(b)) else {
        return false;
    };
    match (der::text(tag_a, value_a), der::text(tag_b, value_b)) {
        (Some(a), Some(b)) => kind_a == kind_b && folded(a).eq(folded(b)),
        _ => false,
    }
}

/// Type, tag and content of one attribute.
fn parts(attribute: &[u8]) -> Option<(&[u8], Tag, &[u8])> {
    let mut reader = Reader::new(attribute);
    let kind = reader.next_element().ok()??;
    let value = reader.next_element().ok()??;
    Some((kind.value(), value.tag(), value.value()))
}

/// The text in lower case, without spaces at its ends, each run of spaces inside as one (RFC 5280 §7.1 with
/// RFC 4518 §2.6.1).
fn folded(text: &str) -> impl Iterator<Item = char> {
    let mut words = text.split_whitespace();
    let first = words.next().unwrap_or_default();
    first
        .chars()
        .chain(words.flat_map(|word| core::iter::once(' ').chain(word.chars())))
        .flat_map(char::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::folded;
    use std::string::String;

    #[test]
    fn texts_fold_in_case_and_space() {
        for (text, expected) in
            [("  My  Number ", "my number"), ("", ""), (" ", ""), ("マイナ\u{3000}ンバー", "マイナ ンバー")]
        {
            assert_eq!(folded(text).collect::<String>(), expected);
        }
    }
}
