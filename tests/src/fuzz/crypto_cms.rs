//! CMS messages: read in pieces, unwrapped, verified under one authority whose certificate stands beside this file.

use std::sync::OnceLock;

use mynumber_crypto::cms::{Reader, Signed, SignedData, armor};
use mynumber_crypto::path::{Profile, Validator};
use mynumber_crypto::{Anchor, Certificate, UnixTime};

use super::bases::root;
use super::crypto_cms_bases::{CONTENT, documents, taro};
use super::edits::Input;
use crate::certificates::NOW;

/// 2027-01-15, inside the validity of the certificates in the corpus.
const AT: UnixTime = UnixTime::from_seconds(1_800_000_000);

fn anchors() -> &'static [Anchor<'static>] {
    static ANCHORS: OnceLock<Vec<Anchor<'static>>> = OnceLock::new();
    ANCHORS.get_or_init(|| {
        let authority = Certificate::parse(include_bytes!("crypto_cms_authority.der"));
        authority.ok().and_then(|authority| Anchor::from_certificate(&authority).ok()).into_iter().collect()
    })
}

/// Takes a message in any form; below 9, the first byte chooses a message that the rest edits.
pub fn crypto_cms(data: &[u8]) {
    let _ = accepts(data);
}

/// As [`crypto_cms`], and says how many signers hold: for the test that the corpus is not made of refusals alone.
#[must_use]
pub fn accepts(data: &[u8]) -> usize {
    if let Some((choice @ 0..=8, edits)) = data.split_first() {
        let Some(document) = documents().get(usize::from(*choice)) else { return 0 };
        let mut most = 0;
        document.edited(&mut Input(edits), |message| {
            most = most.max(whole(message, CONTENT, root_anchors(), &[7]));
        });
        return most;
    }
    let Ok(unwrapped) = armor::unwrap(data) else { return 0 };
    let content = unwrapped.content.as_deref().unwrap_or(CONTENT);
    whole(&unwrapped.message, content, anchors(), &[1, 7, 61])
}

fn root_anchors() -> &'static [Anchor<'static>] {
    static ANCHORS: OnceLock<[Anchor<'static>; 1]> = OnceLock::new();
    ANCHORS.get_or_init(|| [super::crypto_path::anchor(root())])
}

fn whole(message: &[u8], content: &[u8], anchors: &'static [Anchor<'static>], sizes: &[usize]) -> usize {
    let whole = judged(message, content, message.len().max(1), anchors);
    for size in sizes {
        let judged = judged(message, content, *size, anchors);
        assert_eq!(judged, whole, "in pieces of {size} bytes it is another message");
    }
    let at_once = Reader::read(message).map(|read| read.signers().len());
    assert!(at_once.is_ok() || whole.is_err());
    whole.unwrap_or(0)
}

/// How many signers hold when the message comes in pieces of this size, or what speaks against it.
fn judged(
    message: &[u8],
    content: &[u8],
    size: usize,
    anchors: &'static [Anchor<'static>],
) -> Result<usize, String> {
    let mut reader = Reader::default();
    let mut inside = Vec::new();
    for piece in message.chunks(size) {
        let fed = reader.feed_to(piece, |octets| inside.extend_from_slice(octets));
        if let Err(error) = fed {
            assert_eq!(reader.feed(piece), Err(error), "what failed once stays so");
            assert_eq!(reader.finish().err(), Some(error));
            return Err(error.to_string());
        }
        assert!(reader.kept() <= Reader::MAX_KEPT);
    }
    let mut read = reader.finish().map_err(|error| error.to_string())?;
    let content = if read.is_detached() {
        let before = read.verify(&Validator::new(anchors, Profile::general()), &[], AT);
        assert!(before.is_err(), "there is no content yet");
        read.content(content).map_err(|error| error.to_string())?;
        content
    } else {
        assert!(read.content(content).is_err(), "content inside and beside");
        &inside
    };
    told(&read);
    verified(&read, message, content, anchors, size >= message.len())
}

/// Every field is asked for.
fn told(read: &SignedData) {
    let _ = (read.version(), read.content_type().to_string(), read.other_certificates(), read.crls().count());
    for signer in read.signers() {
        assert!(signer.identifier().is_ok(), "it was read once");
        let _ = (signer.signing_time(), format!("{signer:?}"));
    }
}

fn verified(
    read: &SignedData,
    message: &[u8],
    content: &[u8],
    anchors: &'static [Anchor<'static>],
    search: bool,
) -> Result<usize, String> {
    let validator = Validator::new(anchors, Profile::general());
    // Two certificates from elsewhere, one of which is already there when the message is one of ours.
    let others: Vec<_> =
        [root(), taro()].into_iter().filter_map(|der| Certificate::parse(der).ok()).collect();
    let at = if std::ptr::eq(anchors, root_anchors()) { NOW } else { AT };
    let verdict = read.verify(&validator, &others, at).map_err(|error| error.to_string())?;
    assert_eq!(verdict.signers().len(), read.signers().len());
    for report in verdict.signers() {
        if let Err(error) = &report.result {
            assert!(!error.to_string().is_empty());
        }
    }
    let signed = verdict.all().map_err(|report| format!("{:?}", report.result.as_ref().err()))?;
    assert!(!signed.is_empty(), "nobody signed");
    for signed in signed.iter().filter(|_| search) {
        looks_signed(signed, message, content);
    }
    Ok(signed.len())
}

/// The check once more, by search: somewhere in the message stand attributes that hold the digest of the content, and after
/// them a signature over them by the key of the certificate, which stands there, too.
fn looks_signed(signed: &Signed<'_>, message: &[u8], content: &[u8]) {
    let digest = signed.hash().of(&[content]);
    assert_eq!(signed.content_digest(), digest);
    assert_eq!(u64::try_from(content.len()), Ok(signed.content_length()));
    let certificate = signed.certificate().certificate().raw();
    assert!(holds(message, certificate) || certificate == taro(), "the certificate is from elsewhere");
    let known = anchors().iter().chain(root_anchors());
    assert!(known.into_iter().any(|anchor| anchor.key() == signed.certificate().anchor().key()));
    let _ = (signed.signing_time_claim(), signed.signing_time_is_outside_validity());
    let _ = (signed.is_bound_to_certificate(), signed.unknown_attributes().len(), signed.content_type());
    let _ = (signed.unchecked_time_stamps(), signed.unchecked_counter_signatures());
    let key = signed.certificate().key();
    let found = elements(message, 0xA0).filter(|(_, raw, _)| holds(raw, &digest)).any(|(end, raw, _)| {
        let attributes = [&[0x31], raw.get(1..).unwrap_or_default()].concat();
        let after = message.get(end..).unwrap_or_default();
        let mut candidates = elements(after, 0x04).filter(|(_, _, value)| value.len() >= 8).take(16);
        candidates.any(|(_, _, value)| key.verify(signed.scheme(), &attributes, value).is_ok())
    });
    assert!(found, "no signature is there to be found");
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len().max(1)).any(|window| window == part)
}

/// Everything that looks like an element with this tag and a definite length: where it ends, its bytes, and its value.
fn elements(bytes: &[u8], tag: u8) -> impl Iterator<Item = (usize, &[u8], &[u8])> {
    (0..bytes.len()).filter_map(move |start| {
        let element = bytes.get(start..)?;
        let (header, length) = match *element {
            [first, length @ 0..=0x7F, ..] if first == tag => (2, usize::from(length)),
            [first, 0x81, length, ..] if first == tag => (3, usize::from(length)),
            [first, 0x82, high, low, ..] if first == tag => (4, usize::from(u16::from_be_bytes([high, low]))),
            _ => return None,
        };
        let raw = element.get(..header + length)?;
        Some((start + header + length, raw, raw.get(header..)?))
    })
}
