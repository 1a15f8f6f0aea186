//! A leaf and its authority from DER to a verdict, written by hand for certificates of the card's profile: the yardstick.
//!
//! The checks are those that such a path needs (names, key identifiers, times, key usages, policy, critical extensions),
//! at the places where this profile has the fields. Nothing says what is wrong; nothing but this profile is understood;
//! a time is compared as text.

use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::RSA_PKCS1_2048_8192_SHA256;

/// What is taken from a certificate.
struct Parts<'a> {
    tbs: &'a [u8],
    signature: &'a [u8],
    issuer: &'a [u8],
    subject: &'a [u8],
    not_before: &'a [u8],
    not_after: &'a [u8],
    modulus: &'a [u8],
    exponent: &'a [u8],
    key_usage: &'a [u8],
    constraints: &'a [u8],
    policies: &'a [u8],
    subject_key: &'a [u8],
    authority_key: &'a [u8],
}

/// Takes the next element off: its tag, its content, and the element whole.
#[inline]
fn take<'a>(input: &mut &'a [u8]) -> Option<(u8, &'a [u8], &'a [u8])> {
    let all = *input;
    let (tag, length, header) = match *all {
        [tag, length @ 0..=0x7F, ..] => (tag, usize::from(length), 2),
        [tag, 0x81, length @ 0x80..=0xFF, ..] => (tag, usize::from(length), 3),
        [tag, 0x82, high @ 1..=0xFF, low, ..] => (tag, usize::from(u16::from_be_bytes([high, low])), 4),
        _ => return None,
    };
    let (whole, rest) = all.split_at_checked(header + length)?;
    *input = rest;
    Some((tag, whole.get(header..)?, whole))
}

#[inline]
fn tagged<'a>(input: &mut &'a [u8], wanted: u8) -> Option<&'a [u8]> {
    take(input).and_then(|(tag, content, _)| (tag == wanted).then_some(content))
}

/// `sha256WithRSAEncryption`, twice in each certificate.
const ALGORITHM: &[u8] = &[0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0B, 0x05, 0x00];
const RSA: &[u8] = &[0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05, 0x00];

fn parts(der: &[u8]) -> Option<Parts<'_>> {
    let mut file = der;
    let mut outer = tagged(&mut file, 0x30)?;
    let (tag, mut body, tbs) = take(&mut outer)?;
    if tag != 0x30 || tagged(&mut outer, 0x30)? != ALGORITHM {
        return None;
    }
    let signature = tagged(&mut outer, 0x03)?.strip_prefix(&[0])?;
    if !outer.is_empty() || !file.is_empty() || tagged(&mut body, 0xA0)? != [2, 1, 2] {
        return None;
    }
    let serial = tagged(&mut body, 0x02)?;
    if serial.is_empty() || serial.len() > 20 || tagged(&mut body, 0x30)? != ALGORITHM {
        return None;
    }
    let issuer = tagged(&mut body, 0x30)?;
    let mut validity = tagged(&mut body, 0x30)?;
    let (not_before, not_after) = (tagged(&mut validity, 0x17)?, tagged(&mut validity, 0x17)?);
    let subject = tagged(&mut body, 0x30)?;
    let mut info = tagged(&mut body, 0x30)?;
    if tagged(&mut info, 0x30)? != RSA {
        return None;
    }
    let mut bits = tagged(&mut info, 0x03)?.strip_prefix(&[0])?;
    let mut numbers = tagged(&mut bits, 0x30)?;
    let modulus = tagged(&mut numbers, 0x02)?.strip_prefix(&[0])?;
    let exponent = tagged(&mut numbers, 0x02)?;
    let mut list = tagged(&mut body, 0xA3)?;
    let mut parts = Parts {
        tbs,
        signature,
        issuer,
        subject,
        not_before,
        not_after,
        modulus,
        exponent,
        key_usage: &[],
        constraints: &[],
        policies: &[],
        subject_key: &[],
        authority_key: &[],
    };
    extensions(tagged(&mut list, 0x30)?, &mut parts)?;
    Some(parts)
}

fn extensions<'a>(mut list: &'a [u8], parts: &mut Parts<'a>) -> Option<()> {
    while !list.is_empty() {
        let mut extension = tagged(&mut list, 0x30)?;
        let id = tagged(&mut extension, 0x06)?;
        let (tag, content, _) = take(&mut extension)?;
        let critical = tag == 0x01 && content == [0xFF];
        let mut value = if critical { tagged(&mut extension, 0x04)? } else { content };
        match id {
            [0x55, 0x1D, 0x0F] => parts.key_usage = value,
            [0x55, 0x1D, 0x13] => parts.constraints = value,
            [0x55, 0x1D, 0x20] => parts.policies = value,
            [0x55, 0x1D, 0x0E] if !critical => parts.subject_key = tagged(&mut value, 0x04)?,
            [0x55, 0x1D, 0x23] if !critical => {
                let mut identifier = tagged(&mut value, 0x30)?;
                parts.authority_key = tagged(&mut identifier, 0x80)?;
            }
            _ if critical => return None,
            _ => {}
        }
    }
    Some(())
}

fn strong(parts: &Parts<'_>) -> bool {
    parts.modulus.len() == 256 && parts.modulus.first() >= Some(&0x80) && parts.exponent == [1, 0, 1]
}

/// Whether `leaf` is a certificate for this key usage and policy, issued by `authority`, at a time given as UTCTime.
#[must_use]
pub fn verdict(leaf: &[u8], authority: &[u8], key_usage: &[u8], policy: &[u8], at: &[u8]) -> Option<()> {
    let (leaf, authority) = (parts(leaf)?, parts(authority)?);
    let mut policies = leaf.policies;
    let mut list = tagged(&mut policies, 0x30)?;
    let mut first = tagged(&mut list, 0x30)?;
    let fits = leaf.issuer == authority.subject
        && leaf.authority_key == authority.subject_key
        && !leaf.authority_key.is_empty()
        && leaf.key_usage == key_usage
        && leaf.constraints.is_empty()
        && tagged(&mut first, 0x06)? == policy
        && authority.constraints == [0x30, 0x03, 0x01, 0x01, 0xFF]
        && authority.key_usage == [0x03, 0x02, 0x01, 0x06]
        && [&leaf, &authority].iter().all(|parts| {
            (parts.not_before..=parts.not_after).contains(&at) && at.len() == 13 && strong(parts)
        });
    if !fits {
        return None;
    }
    let key = PublicKeyComponents { n: authority.modulus, e: authority.exponent };
    key.verify(&RSA_PKCS1_2048_8192_SHA256, leaf.tbs, leaf.signature).ok()
}
