//! Reading, piece by piece. Verification needs certificates: it is tested where they are issued, in the test kit.

use super::oids::SIGNED_DATA;
use super::write::element;
use super::{Error, Reader, SignedData, oid};
use crate::asn1::ErrorKind;
use mynumber_apdu::tlv;
use std::format;
use std::string::ToString;
use std::vec;
use std::vec::Vec;

const SHA256: &[u8] = &[0x30, 0x0B, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];

fn version() -> Vec<u8> {
    element(0x02, &[&[1]])
}

/// A message without signers around this content info.
fn message(content_info: &[u8], rest: &[u8]) -> Vec<u8> {
    let signed_data = element(0x30, &[&version(), &element(0x31, &[SHA256]), content_info, rest]);
    element(0x30, &[&element(0x06, &[SIGNED_DATA]), &element(0xA0, &[&signed_data])])
}

fn attached(content: &[u8]) -> Vec<u8> {
    let octets = element(0x04, &[content]);
    message(&element(0x30, &[&data(), &element(0xA0, &[&octets])]), &[0x31, 0])
}

fn data() -> Vec<u8> {
    element(0x06, &[oid::DATA.as_bytes()])
}

fn in_pieces(message: &[u8], size: usize) -> (Result<SignedData, Error>, Vec<u8>) {
    let mut reader = Reader::new();
    let mut content = Vec::new();
    for piece in message.chunks(size) {
        if let Err(error) = reader.feed_to(piece, |octets| content.extend_from_slice(octets)) {
            return (Err(error), content);
        }
    }
    (reader.finish(), content)
}

fn digest(message: &SignedData) -> Vec<u8> {
    message.content.hashers[0].1.clone().finish()
}

#[test]
fn a_message_reads_the_same_in_pieces_of_any_size() {
    for length in [0, 1, 127, 128, 5000] {
        let content: Vec<u8> = (0..length).map(|index: u32| index.to_le_bytes()[0]).collect();
        let whole = attached(&content);
        for size in [1, 2, 3, 7, 64, 4096, 10_000] {
            let (read, passed) = in_pieces(&whole, size);
            let read = read.unwrap();
            assert!(!read.is_detached());
            assert_eq!(passed, content);
            assert_eq!(read.content.length, u64::from(length));
            assert_eq!(digest(&read), crate::digest::sha256(&[&content]));
            assert_eq!(read.content_type(), oid::DATA);
        }
    }
}

/// `attached(b"abcdef")` as other tools write it: indefinite lengths, content in segments and segments of segments.
fn ber() -> Vec<u8> {
    let mut message = vec![0x30, 0x80];
    message.extend(element(0x06, &[SIGNED_DATA]));
    message.extend([0xA0, 0x80, 0x30, 0x80]);
    message.extend(version());
    message.extend([0x31, 0x80]);
    message.extend(SHA256);
    message.extend([0, 0, 0x30, 0x80]);
    message.extend(data());
    message.extend([0xA0, 0x80, 0x24, 0x80]);
    message.extend([0x04, 0x02, b'a', b'b', 0x04, 0x00, 0x24, 0x81, 0x03, 0x04, 0x01, b'c']);
    message.extend([0x24, 0x80, 0x04, 0x83, 0, 0, 0x03, b'd', b'e', b'f', 0, 0]);
    message.extend([0, 0, 0, 0, 0, 0]);
    message.extend([0xA0, 0x80, 0, 0, 0x31, 0x80, 0, 0]);
    message.extend([0; 6]);
    message
}

#[test]
fn indefinite_lengths_and_segments_read_as_the_same_content() {
    for size in [1, 2, 5, 1000] {
        let (read, passed) = in_pieces(&ber(), size);
        assert_eq!(digest(&read.unwrap()), crate::digest::sha256(&[b"abcdef"]));
        assert_eq!(passed, b"abcdef");
    }
}

#[test]
fn d1_no_prefix_of_a_message_is_one() {
    for whole in [attached(b"abcdef"), ber(), message(&element(0x30, &[&data()]), &[0x31, 0])] {
        for end in 0..whole.len() {
            assert!(Reader::read(&whole[..end]).is_err(), "{end} of {}", whole.len());
        }
        assert!(Reader::read(&whole).is_ok());
    }
}

#[test]
fn f11_bytes_after_the_message_are_refused() {
    for whole in [attached(b"abcdef"), ber(), message(&element(0x30, &[&data()]), &[0x31, 0])] {
        for more in [&[0][..], &[0, 0], b"\n", &whole] {
            let longer = [whole.as_slice(), more].concat();
            let error = in_pieces(&longer, 16).0.unwrap_err();
            let trailing = ErrorKind::Tlv(tlv::ErrorKind::TrailingBytes);
            assert!(matches!(error, Error::Encoding(inner) if inner.kind() == trailing), "{error}");
        }
    }
}

#[test]
fn a_message_of_another_type_is_told() {
    let other = attached(b"x");
    let at = other.windows(SIGNED_DATA.len()).position(|window| window == SIGNED_DATA).unwrap();
    let mut enveloped = other;
    enveloped[at + SIGNED_DATA.len() - 1] = 3;
    assert_eq!(Reader::read(&enveloped).unwrap_err(), Error::NotSignedData);
}

#[test]
fn content_that_is_no_octet_string_is_refused() {
    let sequence = element(0x30, &[&element(0x02, &[&[7]])]);
    let content_info = element(0x30, &[&data(), &element(0xA0, &[&sequence])]);
    assert!(Reader::read(&message(&content_info, &[0x31, 0])).is_err());
}

#[test]
fn f8_content_given_and_inside_is_refused() {
    let mut inside = Reader::read(&attached(b"abc")).unwrap();
    assert_eq!(inside.content(b"abc"), Err(Error::ContentTwice));
    let mut elsewhere = Reader::read(&message(&element(0x30, &[&data()]), &[0x31, 0])).unwrap();
    assert!(elsewhere.is_detached());
    elsewhere.content(b"ab").unwrap();
    elsewhere.content(b"c").unwrap();
    assert_eq!(digest(&elsewhere), crate::digest::sha256(&[b"abc"]));
}

#[test]
fn lengths_that_leave_what_is_around_them_are_refused() {
    let good = attached(b"abcdef");
    let at = good.windows(2).position(|window| window == [0x04, 0x06]).unwrap();
    for (tag, length) in [(0x04, 5), (0x04, 7), (0x04, 0x80), (0x24, 6), (0x05, 6)] {
        let mut bad = good.clone();
        (bad[at], bad[at + 1]) = (tag, length);
        assert!(Reader::read(&bad).is_err(), "{tag:02X} {length:02X}");
    }
    let huge = [&[0x30, 0x88][..], &[0xFF; 8]].concat();
    assert!(Reader::read(&huge).is_err());
    assert!(Reader::read(&[0x30, 0x89, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]).is_err());
}

#[test]
fn d3_segments_within_segments_stop_at_the_limit() {
    let mut deep = ber();
    let at = deep.windows(2).position(|window| window == [0x24, 0x80]).unwrap();
    deep.truncate(at);
    deep.extend([0x24, 0x80].repeat(10_000));
    let error = in_pieces(&deep, 100).0.unwrap_err();
    let too_deep = ErrorKind::Tlv(tlv::ErrorKind::TooDeep);
    assert!(matches!(error, Error::Encoding(inner) if inner.kind() == too_deep), "{error}");
}

#[test]
fn d3_unsigned_nesting_stops_at_the_limit() {
    let mut deep = message(&element(0x30, &[&data()]), &[]);
    deep = [&[0x30, 0x80], &deep[2..13], &[0xA0, 0x80, 0x30, 0x80], &deep[17..]].concat();
    deep.extend([0xA0, 0x80].repeat(10_000));
    assert!(in_pieces(&deep, 100).0.is_err());
}

#[test]
fn what_is_kept_is_bounded_whatever_comes() {
    // Content passes; what stands after it is kept up to the limit, and then refused at once.
    let content = vec![0x5A; 1 << 16];
    let header = attached(&[]);
    let at = header.windows(2).position(|window| window == [0x04, 0x00]).unwrap();
    let mut reader = Reader::new();
    // 2^40 bytes are announced.
    let lengths = [0x80 + 6, 0x01, 0, 0, 0, 0, 0];
    let mut announced = vec![0x30, 0x80];
    announced.extend(element(0x06, &[SIGNED_DATA]));
    announced.extend([0xA0, 0x80, 0x30, 0x80]);
    announced.extend(version());
    announced.extend(element(0x31, &[SHA256]));
    announced.extend([0x30, 0x80]);
    announced.extend(data());
    announced.extend([0xA0, 0x80, 0x04]);
    announced.extend(lengths);
    reader.feed(&announced).unwrap();
    for _ in 0..1024 {
        reader.feed(&content).unwrap();
        assert_eq!(reader.kept(), 0);
    }
    assert!(reader.finish().is_err());

    let mut reader = Reader::new();
    reader.feed(&header[..at + 2]).unwrap();
    let refused = (0..100).find(|_| {
        let refused = reader.feed(&content).is_err();
        assert!(reader.kept() <= Reader::MAX_KEPT);
        refused
    });
    assert_eq!(refused, Some(Reader::MAX_KEPT >> 16));
    assert!(reader.feed(&[]).is_err(), "an error stays");
}

#[test]
fn e15_more_certificates_or_signers_than_the_limit_are_refused() {
    let one = element(0x30, &[&[]]);
    let with = |count: usize| {
        let list = element(0xA0, &[&one.repeat(count)]);
        Reader::read(&message(&element(0x30, &[&data()]), &[list.as_slice(), &[0x31, 0]].concat()))
    };
    assert_eq!(with(64).unwrap().certificates().count(), 64);
    for count in [65, 10_000] {
        let error = with(count).unwrap_err();
        assert!(matches!(error, Error::Encoding(inner) if inner.kind() == ErrorKind::TooLong), "{error}");
    }
}

#[test]
fn errors_name_the_place() {
    let mut bad = attached(b"abc");
    let at = bad.windows(3).position(|window| window == [0x02, 0x01, 0x01]).unwrap();
    bad[at + 2] = 2;
    let error = Reader::read(&bad).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("CMS, version: not of a version that is read here (at byte {})", at + 3)
    );
}
