use super::*;
use std::format;
use std::vec::Vec;

const CERTIFICATE_LIMIT: usize = 32 * 1024;

#[test]
fn nested_templates_round_trip() {
    let mut buffer = [0; 400];
    let mut writer = Writer::new(&mut buffer);
    writer
        .nested(Tag(0xFF30), |inner| {
            inner.element(Tag(0xDF31), &[1; 32])?;
            inner.element(Tag(0xDF33), &[2; 256])
        })
        .expect("fits");
    let bytes = writer.finish();
    let mut outer = Reader::new(bytes);
    let template = outer.read(Tag(0xFF30)).expect("the template");
    let mut inner = outer.enter(template).expect("one level");
    assert_eq!(inner.read(Tag(0xDF31)).expect("first").value(), [1; 32]);
    let second = inner.read(Tag(0xDF33)).expect("second");
    assert_eq!(second.value().len(), 256);
    assert_eq!(second.raw().len(), 261);
    assert_eq!(&bytes[second.position()..], second.raw());
    inner.finish().expect("nothing left");
    outer.finish().expect("nothing left");
}

#[test]
fn d1_every_prefix_of_a_file_is_refused() {
    let mut buffer = [0; 64];
    let mut writer = Writer::new(&mut buffer);
    writer.element(Tag(0x7F21), &[9; 40]).expect("fits");
    let bytes = writer.finish();
    for end in 0..bytes.len() {
        assert!(single(&bytes[..end], Tag(0x7F21)).is_err(), "{end}");
    }
}

#[test]
fn d3_nesting_stops_at_the_budget() {
    let mut bytes = Vec::new();
    for _ in 0..10_000 {
        bytes = {
            let mut out = std::vec![0; bytes.len() + 6];
            let mut writer = Writer::new(&mut out);
            writer.element(Tag(0x30), &bytes).expect("fits");
            writer.finish().to_vec()
        };
    }
    let mut reader = Reader::new(&bytes);
    let mut levels = 0;
    let error = loop {
        let element = reader.read(Tag(0x30)).expect("well formed");
        match reader.enter(element) {
            Ok(inner) => reader = inner,
            Err(error) => break error,
        }
        levels += 1;
    };
    assert_eq!((levels, error.kind()), (usize::from(DEFAULT_DEPTH), ErrorKind::TooDeep));
}

#[test]
fn d4_impossible_lengths_are_refused() {
    for (bytes, kind) in [
        (&[0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF][..], ErrorKind::ValueTruncated),
        (&[0x30, 0x88, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], ErrorKind::InvalidLength),
        (&[0x30, 0xFE], ErrorKind::InvalidLength),
        (&[0x30, 0xFF], ErrorKind::InvalidLength),
        (&[0x30, 0x80, 0x00, 0x00], ErrorKind::IndefiniteLength),
        (&[0x30, 0x81, 0x7F], ErrorKind::LengthNotShortest),
        (&[0x30, 0x82, 0x00, 0x80], ErrorKind::LengthNotShortest),
        (&[0x30, 0x82, 0x01], ErrorKind::LengthTruncated),
        (&[0x30], ErrorKind::LengthTruncated),
        (&[0x1F], ErrorKind::TagTruncated),
        (&[0x1F, 0x80, 0x01, 0x00], ErrorKind::InvalidTag),
        (&[0x1F, 0x80, 0x00], ErrorKind::InvalidTag),
        (&[0x1F, 0x81, 0x82, 0x83], ErrorKind::InvalidTag),
        (&[0x5F, 0x00, 0x80], ErrorKind::IndefiniteLength),
    ] {
        let error = Reader::new(bytes).next_element().expect_err("malformed");
        assert_eq!(error.kind(), kind, "{bytes:02X?}");
    }
    let lenient = Reader::accepting_ber_lengths(&[0x30, 0x81, 0x01, 0x05]).next_element();
    assert_eq!(lenient.expect("BER").expect("one element").value(), [5]);
}

#[test]
fn d7_tags_of_five_bytes_are_refused() {
    let bytes = [0x1F, 0x81, 0x82, 0x83, 0x04, 0x00];
    assert_eq!(Reader::new(&bytes).next_element().expect_err("five bytes").kind(), ErrorKind::InvalidTag);
    let four = [0x1F, 0x81, 0x82, 0x03, 0x00];
    let element = Reader::new(&four).next_element().expect("four bytes").expect("one element");
    assert_eq!(element.tag(), Tag(0x1F81_8203));
    assert_eq!(Tag(0x1F81_8203).len(), 4);
}

#[test]
fn a8_file_headers_beyond_the_limits_are_refused_before_reading_on() {
    let kind = |bytes: &[u8]| file_length(bytes, CERTIFICATE_LIMIT).expect_err("refused").kind();
    assert_eq!(kind(&[0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF]), ErrorKind::TooLong { limit: CERTIFICATE_LIMIT });
    assert_eq!(kind(&[0x30, 0x82, 0xFF, 0xFF]), ErrorKind::TooLong { limit: CERTIFICATE_LIMIT });
    assert_eq!(kind(&[0x30, 0x80]), ErrorKind::IndefiniteLength);
    assert_eq!(kind(&[0x30, 0x00]), ErrorKind::Empty);
    assert_eq!(file_length(&[0x30, 0x82, 0x06, 0xDA], CERTIFICATE_LIMIT), Ok(FileLength::Total(1758)));
    assert_eq!(file_length(&[0xFF, 0x10, 0x0C, 0x31], 64), Ok(FileLength::Total(15)));
    // The card's own templates do not use the shortest coding.
    assert_eq!(file_length(&[0xFF, 0x40, 0x82, 0x00, 0x9F], 4096), Ok(FileLength::Total(164)));
}

#[test]
fn a_length_is_told_from_as_few_bytes_as_hold_it() {
    let header = [0xFF, 0x20, 0x82, 0x0B, 0xF9];
    assert_eq!(file_length(&[], 4096), Ok(FileLength::NeedBytes(2)));
    for end in 1..header.len() {
        let Ok(FileLength::NeedBytes(needed)) = file_length(&header[..end], 4096) else {
            panic!("{end} bytes do not hold the length");
        };
        assert!(needed > end);
    }
    assert_eq!(file_length(&header, 4096), Ok(FileLength::Total(3070)));
}

#[test]
fn errors_carry_the_position_in_the_outermost_input() {
    let bytes = [0xFF, 0x20, 0x05, 0xDF, 0x25, 0x01, b'2', 0x1F];
    let mut outer = Reader::new(&bytes);
    let template = outer.read(Tag(0xFF20)).expect("template");
    let mut inner = outer.enter(template).expect("one level");
    inner.read(Tag(0xDF25)).expect("sex");
    let error = inner.next_element().expect_err("a lone tag byte");
    assert_eq!((error.kind(), error.position()), (ErrorKind::TagTruncated, 8));
    let mut again = outer.enter(template).expect("one level");
    let error = again.read(Tag(0xDF22)).expect_err("another tag");
    assert_eq!((error.kind(), error.position()), (ErrorKind::UnexpectedTag { expected: Tag(0xDF22) }, 3));
    assert_eq!(again.position(), 3);
}

#[test]
fn writer_says_when_the_buffer_is_too_small() {
    for size in 0..8 {
        let mut buffer = std::vec![0; size];
        let mut writer = Writer::new(&mut buffer);
        let result = writer.nested(Tag(0xFF20), |inner| inner.element(Tag(0x90), &[1, 2, 3]));
        assert_eq!(result.expect_err("too small").kind(), ErrorKind::BufferTooSmall);
    }
}

#[test]
fn d2_every_flipped_bit_is_refused_or_read_within_the_input() {
    let mut buffer = [0; 64];
    let mut writer = Writer::new(&mut buffer);
    writer
        .nested(Tag(0x7F21), |inner| {
            inner.element(Tag(0x5F20), b"holder")?;
            inner.element(Tag(0x53), &[1, 2, 3])
        })
        .expect("fits");
    let bytes = writer.finish().to_vec();
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let mut reader = Reader::new(&flipped);
        while let Ok(Some(element)) = reader.next_element() {
            assert_eq!(&flipped[element.position()..][..element.raw().len()], element.raw());
            let Ok(mut inner) = reader.enter(element) else { panic!("one level is allowed") };
            while let Ok(Some(element)) = inner.next_element() {
                assert_eq!(&flipped[element.position()..][..element.raw().len()], element.raw());
            }
        }
    }
}

#[test]
fn tag_00_is_refused_on_both_sides() {
    let error = Reader::new(&[0x00, 0x00]).next_element().expect_err("no such tag");
    assert_eq!((error.kind(), error.position()), (ErrorKind::InvalidTag, 0));
    assert_eq!(file_length(&[0x00, 0x01, 0x02], 64).expect_err("no such tag").kind(), ErrorKind::InvalidTag);
}

#[test]
fn writer_refuses_numbers_that_are_no_tags_and_writes_whole_elements_only() {
    let mut buffer = [0xEE; 8];
    let mut writer = Writer::new(&mut buffer);
    for number in [0x00, 0x1F, 0x3001, 0x1F80, 0x1F_8001, 0x1F81, 0x5F_2001, 0x1F81_8283] {
        let error = writer.element(Tag(number), &[1]).expect_err("no such tag");
        assert_eq!((error.kind(), error.position()), (ErrorKind::InvalidTag, 0), "{number:X}");
        assert!(writer.nested(Tag(number), |inner| inner.bytes(&[1])).is_err(), "{number:X}");
    }
    writer.element(Tag(0x53), &[1]).expect("fits");
    let error = writer.element(Tag(0x54), &[2; 4]).expect_err("one byte too many");
    assert_eq!((error.kind(), writer.position()), (ErrorKind::BufferTooSmall, 3));
    writer.element(Tag(0x55), &[3; 3]).expect("fits");
    assert_eq!(writer.finish(), [0x53, 1, 1, 0x55, 3, 3, 3, 3]);
}

#[test]
fn positions_count_from_where_the_caller_says() {
    let mut reader = Reader::new(&[0x53, 0x01, 0x07, 0x54]).at_position(100);
    let element = reader.read(Tag(0x53)).expect("the element");
    assert_eq!((element.position(), element.value_position(), reader.position()), (100, 102, 103));
    assert_eq!(reader.next_element().expect_err("cut off").position(), 104);
    let far = Reader::new(&[0x53]).at_position(usize::MAX).next_element().expect_err("cut off");
    assert_eq!(far.position(), usize::MAX / 2 + 1);
}

#[test]
fn a_tag_tells_its_length_and_whether_it_is_constructed_by_its_first_byte() {
    for (tag, length, constructed, shown) in [
        (0x04, 1, false, "04"),
        (0x30, 1, true, "30"),
        (0xDF, 1, false, "DF"),
        (0x5F20, 2, false, "5F20"),
        (0x7F21, 2, true, "7F21"),
        (0x5F_8120, 3, false, "5F8120"),
        (0x3F_8101, 3, true, "3F8101"),
        (0x1F81_8220, 4, false, "1F818220"),
        (0x3F81_8201, 4, true, "3F818201"),
    ] {
        let tag = Tag(tag);
        assert_eq!((tag.len(), tag.is_constructed()), (length, constructed), "{tag}");
        assert_eq!((format!("{tag}"), format!("{tag:?}")), (shown.into(), format!("Tag({shown})")));
    }
}

#[test]
fn elements_are_equal_when_tag_bytes_and_place_are() {
    let bytes = [0x53, 0x01, 0x07, 0x53, 0x01, 0x07, 0x53, 0x81, 0x80];
    let long = [&bytes[6..], &[9; 128]].concat();
    let first = Reader::new(&bytes).read(Tag(0x53)).expect("the first");
    let again = Reader::new(&bytes[..3]).read(Tag(0x53)).expect("the same by itself");
    let second = Reader::new(&bytes[3..]).at_position(3).read(Tag(0x53)).expect("the second");
    let other = Reader::new(&[0x53, 0x01, 0x08]).read(Tag(0x53)).expect("another value");
    assert!(first == again && first != second && first != other);
    assert_eq!((first.raw(), second.value_position()), (&bytes[..3], 5));
    let long = Reader::new(&long).read(Tag(0x53)).expect("a long one");
    assert_eq!((long.raw().len(), long.value().len(), long.value_position()), (131, 128, 3));
    assert_eq!(format!("{first:?} {second:?}"), "Tlv(53 [1] at 0) Tlv(53 [1] at 3)");
}

#[test]
fn an_element_may_be_absent_and_what_is_left_is_told() {
    let mut reader = Reader::new(&[0x53, 0x01, 0x07, 0x54, 0x00]);
    assert_eq!(reader.read_optional(Tag(0x54)).expect("well formed"), None);
    assert_eq!((reader.position(), reader.is_empty()), (0, false));
    let first = reader.read_optional(Tag(0x53)).expect("well formed").expect("there");
    assert_eq!((first.value(), reader.position()), (&[0x07][..], 3));
    let error = reader.finish().expect_err("one more");
    assert_eq!((error.kind(), error.position()), (ErrorKind::TrailingBytes, 3));
    assert_eq!(
        single(&[0x53, 0x00, 0x54, 0x00], Tag(0x53)).map_err(|error| error.kind()),
        Err(ErrorKind::TrailingBytes)
    );
    reader.read(Tag(0x54)).expect("the last");
    assert!(reader.is_empty() && reader.finish().is_ok() && reader.rest().is_empty());
    assert_eq!(reader.read_optional(Tag(0x54)), Ok(None));
    let error = reader.read(Tag(0x54)).expect_err("nothing is left");
    assert_eq!((error.kind(), error.position()), (ErrorKind::Missing { expected: Tag(0x54) }, 5));
}

#[test]
fn a_file_header_says_how_many_bytes_tell_the_length_and_the_limit_counts_them_all() {
    for (bytes, needed) in [
        (&[][..], 2),
        (&[0x30], 2),
        (&[0x30, 0x82], 4),
        (&[0x30, 0x82, 0x01], 4),
        (&[0x30, 0x84, 0x00, 0x01], 6),
        (&[0x7F], 3),
        (&[0x7F, 0x21], 3),
        (&[0x7F, 0x21, 0x82], 5),
        (&[0x1F, 0x81], 4),
    ] {
        assert_eq!(file_length(bytes, 4096), Ok(FileLength::NeedBytes(needed)), "{bytes:02X?}");
    }
    for (bytes, total) in [
        (&[0x30, 0x03][..], 5),
        (&[0x7F, 0x21, 0x81, 0x90], 0x94),
        (&[0x1F, 0x81, 0x02, 0x82, 0x01, 0x00], 262),
    ] {
        assert_eq!(file_length(bytes, total), Ok(FileLength::Total(total)));
        let short = total - 1;
        assert_eq!(
            file_length(bytes, short).map_err(|error| error.kind()),
            Err(ErrorKind::TooLong { limit: short })
        );
    }
}

#[test]
fn d4_of_every_length_only_the_shortest_coding_is_der() {
    for value in [0u32, 0x7F, 0x80, 0xFF, 0x100, 0xFFFF, 0x1_0000, 0xFF_FFFF, 0x100_0000] {
        for count in 1..=4u8 {
            let shortest = (1..=4).find(|count| u64::from(value) < 1 << (8 * count));
            if shortest > Some(count) {
                continue;
            }
            let bytes = value.to_be_bytes();
            let coded = [&[0x53, 0x80 + count], &bytes[4 - usize::from(count)..]].concat();
            let kind =
                |mut reader: Reader<'_>| reader.next_element().map(|_| ()).map_err(|error| error.kind());
            let is_shortest = value > 0x7F && shortest == Some(count);
            let whole = if value == 0 { Ok(()) } else { Err(ErrorKind::ValueTruncated) };
            let der = if is_shortest { whole } else { Err(ErrorKind::LengthNotShortest) };
            assert_eq!(kind(Reader::new(&coded)), der, "{coded:02X?}");
            assert_eq!(kind(Reader::accepting_ber_lengths(&coded)), whole, "{coded:02X?}");
        }
    }
}

#[test]
fn a_long_tag_whose_second_byte_looks_like_a_length_is_a_tag() {
    for (bytes, tag) in
        [([0x7F, 0x81, 0x85, 0x01, 0x00], 0x7F81_8501), ([0x7F, 0x82, 0x81, 0x01, 0x00], 0x7F82_8101)]
    {
        let element = single(&bytes, Tag(tag)).unwrap();
        assert!(element.value().is_empty(), "{bytes:02X?}");
    }
}

#[test]
fn tags_of_one_and_of_two_bytes_stand_before_lengths_of_one_and_of_two() {
    for (header, tag, length) in [
        (&[0xFF, 0x20, 0x81, 0x80][..], 0xFF20, 0x80),
        (&[0x7F, 0x21, 0x82, 0x01, 0x02], 0x7F21, 0x102),
        (&[0x30, 0x81, 0x80], 0x30, 0x80),
        (&[0x30, 0x82, 0x01, 0x02], 0x30, 0x102),
    ] {
        let file = [header, [0; 0x102].get(..length).unwrap()].concat();
        let element = single(&file, Tag(tag)).unwrap();
        assert_eq!(
            (element.value().len(), element.value_position()),
            (length, header.len()),
            "{header:02X?}"
        );
    }
    let of_zero = [[0x00, 0x05, 0x81, 0x80].as_slice(), &[0; 0x80]].concat();
    assert_eq!(single(&of_zero, Tag(5)).unwrap_err().kind(), ErrorKind::InvalidTag);
}

#[test]
fn d4_the_writer_codes_each_length_as_short_as_it_goes_and_fills_the_buffer_to_its_end() {
    let codings: [(usize, &[u8]); 9] = [
        (0, &[0x00]),
        (0x7F, &[0x7F]),
        (0x80, &[0x81, 0x80]),
        (0xFF, &[0x81, 0xFF]),
        (0x100, &[0x82, 0x01, 0x00]),
        (0xFFFF, &[0x82, 0xFF, 0xFF]),
        (0x1_0000, &[0x83, 0x01, 0x00, 0x00]),
        (0xFF_FFFF, &[0x83, 0xFF, 0xFF, 0xFF]),
        (0x100_0000, &[0x84, 0x01, 0x00, 0x00, 0x00]),
    ];
    for (length, coding) in codings {
        assert_eq!(length_len(length), coding.len());
        let value = std::vec![0x5A; length];
        let expected = [&[0x04], coding, &value].concat();
        let mut exact = std::vec![0; expected.len()];
        let mut plain = Writer::new(&mut exact);
        plain.element(Tag(0x04), &value).expect("fits");
        assert!(plain.finish() == expected, "{length:X}");
        exact.fill(0);
        let mut nested = Writer::new(&mut exact);
        nested.nested(Tag(0x04), |inner| inner.bytes(&value)).expect("fits");
        assert!(nested.finish() == expected, "{length:X}");
        let short = exact.len() - 1;
        let mut less = Writer::new(&mut exact[..short]);
        let full = less.nested(Tag(0x04), |inner| inner.bytes(&value)).map_err(|error| error.kind());
        assert_eq!(full, Err(ErrorKind::BufferTooSmall));
    }
}
