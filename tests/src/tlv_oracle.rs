//! Our TLV reader beside the crate `iso7816-tlv`.
//!
//! The two were written independently, so what one reads and the other does not is a mistake of one of them or a
//! decision. The decisions are listed in [`DIVERGENCES`], each with an example; anything else is a finding.

use iso7816_tlv::ber;
use mynumber_apdu::tlv::{ErrorKind, Reader};

use crate::tlv_tree::{Node, read_all};

/// A known difference between the two readers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Divergence {
    /// `80` as a length: refused by us as the indefinite form, read by the oracle as zero.
    IndefiniteLength,
    /// A length coded longer than necessary: refused by us, read by the oracle.
    LengthNotShortest,
    /// An inner length coded longer than necessary, which the oracle counts as if it were short: it reads past the end
    /// of the outer element, where we find the inner one cut off.
    InnerLengthMiscounted,
    /// A tag number with leading zeros (`1F 80 01`): refused by us, read by the oracle.
    LeadingZeroTag,
    /// More nesting levels than our budget: refused by us, read by the oracle.
    TooDeep,
    /// A tag of four bytes: read by us, refused by the oracle.
    FourByteTag,
}

/// One row per known divergence: an input that shows it, and why we stand where we stand.
pub const DIVERGENCES: &[(Divergence, &[u8], &str)] = &[
    (
        Divergence::IndefiniteLength,
        &[0x30, 0x80],
        "ISO 7816-4 §6.3 has no indefinite form; read as zero it would hide what follows",
    ),
    (
        Divergence::LengthNotShortest,
        &[0x04, 0x81, 0x01, 0xAA],
        "X.690 §10.1: signed objects are DER; the lenient reader of ours has the longer name",
    ),
    (
        Divergence::InnerLengthMiscounted,
        &[0x30, 0x02, 0x01, 0x81, 0x00],
        "a view never reaches outside the element it is in",
    ),
    (
        Divergence::LeadingZeroTag,
        &[0x1F, 0x80, 0x01, 0x00],
        "X.690 §8.1.2.4.2 c; ISO 7816-4 §6.3 calls it invalid",
    ),
    (
        Divergence::TooDeep,
        &[
            0x30, 66, 0x30, 64, 0x30, 62, 0x30, 60, 0x30, 58, 0x30, 56, 0x30, 54, 0x30, 52, 0x30, 50, 0x30,
            48, 0x30, 46, 0x30, 44, 0x30, 42, 0x30, 40, 0x30, 38, 0x30, 36, 0x30, 34, 0x30, 32, 0x30, 30,
            0x30, 28, 0x30, 26, 0x30, 24, 0x30, 22, 0x30, 20, 0x30, 18, 0x30, 16, 0x30, 14, 0x30, 12, 0x30,
            10, 0x30, 8, 0x30, 6, 0x30, 4, 0x30, 2, 0x30, 0,
        ],
        "a budget on levels keeps hostile input from using up the stack",
    ),
    (
        Divergence::FourByteTag,
        &[0x1F, 0x81, 0x82, 0x03, 0x00],
        "ISO 7816-4 §6.3 reserves tags above three bytes; X.690 has them, and a tag number fits in our u32",
    ),
];

/// What came out of comparing the two readers on one input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// Both read the same elements.
    SameElements(Vec<Node>),
    /// Both refuse.
    BothRefuse,
    /// They differ for a known reason.
    Known(Divergence),
    /// They differ, and nobody knows why: a finding.
    Unexplained {
        /// What we read, or how we refuse.
        ours: Result<Vec<Node>, ErrorKind>,
        /// What the oracle reads, or that it refuses.
        oracle: Option<Vec<Node>>,
    },
}

/// Reads `input` with both readers, as a sequence of elements to its end.
#[must_use]
pub fn compare(input: &[u8]) -> Comparison {
    let ours = read_all(Reader::new(input)).map_err(|error| error.kind());
    let oracle = oracle(input);
    match (ours, oracle) {
        (Ok(ours), Some(oracle)) if ours == oracle => Comparison::SameElements(ours),
        (Err(_), None) => Comparison::BothRefuse,
        (Err(kind), Some(oracle)) => match refusal(kind, &oracle, input) {
            Some(divergence) => Comparison::Known(divergence),
            None => Comparison::Unexplained { ours: Err(kind), oracle: Some(oracle) },
        },
        (Ok(ours), None) if ours.iter().any(|node| node.has_tag_of(4)) => {
            Comparison::Known(Divergence::FourByteTag)
        }
        (ours, oracle) => Comparison::Unexplained { ours, oracle },
    }
}

/// The divergence that explains a refusal of ours which the oracle does not share.
fn refusal(kind: ErrorKind, oracle: &[Node], input: &[u8]) -> Option<Divergence> {
    match kind {
        ErrorKind::IndefiniteLength => Some(Divergence::IndefiniteLength),
        ErrorKind::LengthNotShortest => Some(Divergence::LengthNotShortest),
        ErrorKind::InvalidTag => Some(Divergence::LeadingZeroTag),
        ErrorKind::TooDeep => Some(Divergence::TooDeep),
        _ if !is_shortest(oracle, input) => Some(Divergence::InnerLengthMiscounted),
        _ => None,
    }
}

/// Whether `input` is the shortest coding of what the oracle read in it.
fn is_shortest(oracle: &[Node], input: &[u8]) -> bool {
    let coded: Result<Vec<Vec<u8>>, _> = oracle.iter().map(Node::to_bytes).collect();
    coded.is_ok_and(|coded| coded.concat() == input)
}

fn oracle(input: &[u8]) -> Option<Vec<Node>> {
    let mut nodes = Vec::new();
    let mut rest = input;
    while !rest.is_empty() {
        let (element, after) = ber::Tlv::parse(rest);
        nodes.push(Node::from_owned_tlv(&element.ok()?));
        rest = after;
    }
    Some(nodes)
}
