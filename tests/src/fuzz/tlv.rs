//! TLV from any bytes.

use mynumber_apdu::simple_tlv::{self, SimpleTlv};
use mynumber_apdu::tlv::{FileLength, Reader, Tag, Writer, file_length};

use crate::tlv_oracle::{Comparison, compare};
use crate::tlv_tree::Node;

/// The longest input that the oracle is asked about: it measures again what it has read at every step.
const ORACLE_LIMIT: usize = 1_024;

/// Reads the input as BER-TLV, strictly and leniently, and as simple TLV; writes back what was read; compares with the
/// oracle; and builds a tree as the input says, which both writers must write alike and both readers read back.
pub fn tlv(data: &[u8]) {
    let strict = walk(Reader::new(data), data);
    walk(Reader::accepting_ber_lengths(data), data);
    written_back(data, strict);
    lengths_told_early(data);
    simple(data);
    if data.len() <= ORACLE_LIMIT {
        let comparison = compare(data);
        assert!(!matches!(comparison, Comparison::Unexplained { .. }), "{comparison:?}");
        built(data);
    }
}

/// Walks all elements at all levels; every view lies where it says. Returns the number of bytes read at this level.
fn walk(mut reader: Reader<'_>, input: &[u8]) -> usize {
    loop {
        let before = reader.position();
        match reader.next_element() {
            Ok(Some(element)) => {
                let (raw, value) = (element.raw(), element.value());
                assert_eq!(element.position(), before);
                assert_eq!(input.get(before..before + raw.len()), Some(raw));
                let at = element.value_position();
                assert_eq!(input.get(at..at + value.len()), Some(value));
                assert_eq!(reader.position(), before + raw.len());
                if let Ok(inner) = reader.enter(element) {
                    walk(inner, input);
                }
            }
            Ok(None) => {
                assert!(reader.is_empty() && reader.finish().is_ok());
                return before;
            }
            Err(error) => {
                assert!(error.position() <= input.len(), "{error}");
                assert_eq!(reader.position(), before, "a reader moved over a fault");
                assert!(reader.finish().is_err());
                return before;
            }
        }
    }
}

/// What the strict reader reads, the writer writes: byte for byte.
fn written_back(data: &[u8], length: usize) {
    let mut buffer = vec![0; length];
    let mut writer = Writer::new(&mut buffer);
    let mut reader = Reader::new(data);
    while let Ok(Some(element)) = reader.next_element() {
        assert_eq!(writer.element(element.tag(), element.value()), Ok(()));
    }
    assert_eq!(Some(writer.finish()), data.get(..length));
}

/// The length told from the first bytes is the one the lenient reader finds (the card pads lengths), and more bytes are asked for only when needed.
fn lengths_told_early(data: &[u8]) {
    let first = Reader::accepting_ber_lengths(data).next_element();
    let mut known = 0;
    for _ in 0..8 {
        match file_length(data.get(..known).unwrap_or(data), usize::MAX) {
            Ok(FileLength::NeedBytes(needed)) => {
                assert!(needed > known, "no progress");
                if needed > data.len() {
                    assert!(!matches!(first, Ok(Some(_))));
                    return;
                }
                known = needed;
            }
            Ok(FileLength::Total(total)) => {
                match first {
                    Ok(Some(element)) => assert_eq!(element.raw().len(), total),
                    _ => assert!(total > data.len()),
                }
                return;
            }
            Err(_) => {
                assert!(!matches!(first, Ok(Some(element)) if !element.value().is_empty()));
                return;
            }
        }
    }
    unreachable!("a header has nine bytes at most");
}

fn simple(data: &[u8]) {
    let mut rest = data;
    while let Ok((object, after)) = SimpleTlv::read(rest) {
        assert!(after.len() + object.value().len() + 2 <= rest.len());
        let mut buffer = vec![0; rest.len() + 4];
        let written = simple_tlv::write(&mut buffer, object.tag(), object.value());
        assert_eq!(written.and_then(SimpleTlv::single), Ok(object));
        rest = after;
    }
}

/// Builds a tree as the input says, and holds both writers and both readers against each other.
fn built(data: &[u8]) {
    let mut rest = data;
    while let Some(node) = node(&mut rest, 6) {
        let Ok(bytes) = node.to_bytes() else { unreachable!("only well-formed tags are chosen") };
        assert_eq!(compare(&bytes), Comparison::SameElements(vec![node]));
    }
}

/// Takes one node off the input: a byte chooses its tag, its kind, and the size of what is inside.
fn node(rest: &mut &[u8], levels: u8) -> Option<Node> {
    let (choice, after) = rest.split_first()?;
    *rest = after;
    let constructed = choice & 0x01 != 0 && levels > 0;
    let tag = match (choice >> 1 & 0x03, constructed) {
        (0, false) => 0x53,
        (0, true) => 0x30,
        (1, false) => 0x5F20,
        (1, true) => 0x7F21,
        (2, false) => 0xDF8101,
        (2, true) => 0xFF8101,
        (_, false) => 0x9F1E,
        (_, true) => 0xFF10,
    };
    let size = usize::from(choice >> 3);
    Some(if constructed {
        let children = (0..size % 4).map_while(|_| node(rest, levels - 1)).collect();
        Node::Constructed(Tag(tag), children)
    } else {
        // Sizes up to 310 bytes, so that lengths of one, two and three bytes are met.
        let (value, after) = rest.split_at(size.min(rest.len()));
        *rest = after;
        Node::Primitive(Tag(tag), value.iter().copied().cycle().take(value.len() * 10).collect())
    })
}
