//! The TLV reader and writer against `iso7816-tlv`.

#![expect(clippy::indexing_slicing, reason = "tests may fail loudly, their helpers too")]

use mynumber_apdu::tlv::{Reader, Tag};
use proptest::prelude::*;
use testkit::tlv_oracle::{Comparison, DIVERGENCES, compare};
use testkit::tlv_tree::{Node, read_all};

/// Every sequence of these bytes up to this length: few enough to try all, with every byte that means something.
fn for_all(alphabet: &[u8], longest: usize, mut check: impl FnMut(&[u8])) {
    let mut digits: Vec<usize> = Vec::new();
    loop {
        let bytes: Vec<u8> = digits.iter().map(|digit| alphabet[*digit]).collect();
        check(&bytes);
        let Some(place) = digits.iter().rposition(|digit| digit + 1 < alphabet.len()) else {
            if digits.len() == longest {
                return;
            }
            digits = vec![0; digits.len() + 1];
            continue;
        };
        digits[place] += 1;
        digits[place + 1..].fill(0);
    }
}

fn explained(bytes: &[u8]) -> Comparison {
    let comparison = compare(bytes);
    assert!(!matches!(comparison, Comparison::Unexplained { .. }), "{bytes:02X?}: {comparison:?}");
    comparison
}

#[test]
fn all_short_inputs_are_read_the_same_or_differ_for_a_known_reason() {
    let (mut same, mut known) = (0u32, 0u32);
    for_all(&[0x00, 0x01, 0x02, 0x30, 0x5F, 0x7F, 0x80, 0x81, 0x82, 0xFF], 6, |bytes| {
        match explained(bytes) {
            Comparison::SameElements(_) => same += 1,
            Comparison::Known(_) => known += 1,
            _ => {}
        }
    });
    // Were the readers never put to work, nothing would be compared.
    assert!(same > 1_000 && known > 1_000, "{same} the same, {known} known");
}

#[test]
fn headers_of_two_bytes_are_all_read_the_same() {
    for tag in 0..=u8::MAX {
        for length in 0..=u8::MAX {
            let mut bytes = vec![tag, length];
            explained(&bytes);
            bytes.extend([0x01; 256]);
            explained(&bytes[..2 + usize::from(length)]);
            explained(&bytes);
        }
    }
}

#[test]
fn every_known_divergence_still_diverges() {
    for (divergence, example, reason) in DIVERGENCES {
        assert_eq!(compare(example), Comparison::Known(*divergence), "{reason}");
    }
}

#[test]
fn d5_lengths_longer_than_necessary_are_read_only_by_the_lenient_reader() {
    for bytes in
        [&[0x04, 0x81, 0x01, 0xAA][..], &[0x04, 0x82, 0x00, 0x01, 0xAA], &[0x04, 0x84, 0, 0, 0, 1, 0xAA]]
    {
        assert!(read_all(Reader::new(bytes)).is_err());
        let lenient = read_all(Reader::accepting_ber_lengths(bytes));
        assert_eq!(lenient, Ok(vec![Node::Primitive(Tag(0x04), vec![0xAA])]));
    }
}

#[test]
fn the_oracle_writes_a_length_of_127_in_two_bytes_and_we_in_one() {
    let node = Node::Primitive(Tag(0x53), vec![7; 127]);
    let ours = node.to_bytes().expect("fits");
    let oracle = node.to_owned_tlv().expect("a plain element").to_vec();
    assert_eq!((&ours[..2], &oracle[..3]), ([0x53, 0x7F].as_slice(), [0x53, 0x81, 0x7F].as_slice()));
}

/// Tags of one to three bytes, constructed or not as asked.
fn tag(constructed: bool) -> impl Strategy<Value = Tag> {
    let class = prop::sample::select(vec![0x00u32, 0x40, 0x80, 0xC0]);
    let number = prop_oneof![1u32..31, 31u32..128, 128u32..16_384];
    (class, number).prop_map(move |(class, number)| {
        let first = class | if constructed { 0x20 } else { 0 };
        Tag(match number {
            0..31 => first | number,
            31..128 => ((first | 0x1F) << 8) | number,
            _ => ((first | 0x1F) << 16) | ((0x80 | (number >> 7)) << 8) | (number & 0x7F),
        })
    })
}

/// Whether some value is 127 bytes long, where the oracle's writer is at fault.
fn has_value_of_127(node: &Node) -> bool {
    match node {
        Node::Primitive(_, value) => value.len() == 127,
        Node::Constructed(_, children) => {
            let length: usize =
                children.iter().map(|child| child.to_bytes().map_or(0, |bytes| bytes.len())).sum();
            length == 127 || children.iter().any(has_value_of_127)
        }
    }
}

fn trees() -> impl Strategy<Value = Node> {
    let leaf = (tag(false), prop::collection::vec(any::<u8>(), 0..300))
        .prop_map(|(tag, value)| Node::Primitive(tag, value));
    leaf.prop_recursive(5, 40, 6, |inner| {
        (tag(true), prop::collection::vec(inner, 0..6))
            .prop_map(|(tag, children)| Node::Constructed(tag, children))
    })
}

proptest! {
    #[test]
    fn trees_are_written_as_the_oracle_writes_them_and_read_back(node in trees()) {
        let bytes = node.to_bytes().expect("fits");
        prop_assert_eq!(compare(&bytes), Comparison::SameElements(vec![node.clone()]));
        if !has_value_of_127(&node) {
            prop_assert_eq!(node.to_owned_tlv().map(|tree| tree.to_vec()), Some(bytes));
        }
    }

    #[test]
    fn a_tree_with_one_changed_byte_is_read_the_same_or_differs_for_a_known_reason(
        node in trees(),
        place in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut bytes = node.to_bytes().expect("fits");
        let place = place.index(bytes.len());
        bytes[place] = byte;
        explained(&bytes);
    }
}
