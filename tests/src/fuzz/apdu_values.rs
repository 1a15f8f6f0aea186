//! What the APDU layer writes and shows: answers to reset, commands made in steps, elements written into any room.

use mynumber_apdu::atr::{Atr, check_byte};
use mynumber_apdu::simple_tlv::{self, SimpleTlv};
use mynumber_apdu::tlv::{Error, FileLength, Reader, Tag, Writer, file_length, length_len, single};
use mynumber_apdu::{Class, ClassKind, Command, EncodeError, Instruction, Le, SecureMessaging, StatusWord};

use super::choices::Choices;
use super::in_part::in_part;

/// Lengths of two bytes are shifted by so much at most: 8 MiB.
const SHIFT: u8 = 0x07;
/// Elements beside the input, so long that their lengths take five bytes.
const LONG: usize = 0x0100_0000;

/// Takes the first byte for the kind of value and the rest for the value.
///
/// # Panics
/// When what was written is not read back, when too little room is not told, or when a secret command shows its data.
pub fn apdu_values(data: &[u8]) {
    let mut choices = Choices(data);
    match choices.byte().unwrap_or(0) {
        0 => answer_to_reset(choices.0),
        1 => command(&mut choices),
        2 => elements(&mut choices),
        3 => read_by_tag(&mut choices),
        5 => long_element(&mut choices),
        _ => simple(&mut choices),
    }
}

fn answer_to_reset(bytes: &[u8]) {
    let atr = match Atr::parse(bytes) {
        Ok(atr) => atr,
        Err(error) => {
            assert!(!format!("{error} {error:?}").is_empty());
            // The same with the right check byte, so that more is met.
            let whole = [bytes, &[check_byte(bytes)]].concat();
            return Atr::parse(&whole).map_or((), |atr| looked_at(&atr, &whole));
        }
    };
    looked_at(&atr, bytes);
}

fn looked_at(atr: &Atr<'_>, bytes: &[u8]) {
    assert_eq!(atr.as_bytes(), bytes);
    let shown: Vec<String> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    assert!(atr.to_string() == shown.join(" ") && format!("{atr:?}").contains(&shown.join(" ")));
    in_part(format_args!("{atr:?}"));
    let interface: usize = atr
        .groups()
        .map(|group| [group.ta, group.tb, group.tc, group.td].into_iter().flatten().count())
        .sum();
    let check = usize::from(atr.check().is_some());
    assert_eq!(2 + interface + atr.historical().len() + check, bytes.len());
    let protocols: Vec<u8> = atr.protocols().collect();
    assert!(protocols.iter().all(|protocol| *protocol < 15) && protocols.len() < 16);
    assert!(!format!("{:?} {:?}", atr.convention(), atr.information_field_size()).is_empty());
    assert!(!atr.is_contactless() || bytes.starts_with(&[0x3B]));
}

fn command(choices: &mut Choices<'_>) {
    let [class, instruction, p1, p2, flags] = [(); 5].map(|()| choices.byte().unwrap_or(0));
    let (class, instruction) = (Class(class), Instruction(instruction));
    let length = usize::from(choices.word()) + usize::from(flags & 0x01);
    let data = vec![0x5A; length];
    let mut command = Command::new(class, instruction, p1, p2).with_data(&data);
    if let Some(le) = Le::new(u32::from(choices.word())) {
        command = command.expecting(le);
    }
    if flags & 0x02 != 0 {
        command = command.expecting_short();
    }
    if flags & 0x04 != 0 {
        command = command.expecting_all();
    }
    if flags & 0x08 != 0 {
        command = command.extended();
    }
    if flags & 0x10 != 0 {
        command = command.secret();
    }
    shown(class, instruction);
    let chained = command.with_class(class.chained(flags & 0x20 != 0));
    assert_eq!((chained.instruction(), chained.p1p2()), (instruction, command.p1p2()));
    let text = format!("{command:?}");
    assert!(flags & 0x10 == 0 || length < 3 || !text.contains("5A5A5A"), "{text}");
    in_part(format_args!("{command:?}"));
    let mut room = vec![0; usize::from(choices.word())];
    match command.encode(&mut room) {
        Ok(bytes) => {
            assert_eq!(bytes.len(), command.encoded_len());
            let parsed = Command::parse(bytes);
            assert!(parsed.is_err() || parsed.is_ok_and(|parsed| parsed.data() == data));
        }
        Err(EncodeError::BufferTooSmall { needed }) => assert!(needed > room.len()),
        Err(error) => assert!(length > 65_535 && !error.to_string().is_empty()),
    }
}

fn shown(class: Class, instruction: Instruction) {
    assert_eq!(class.to_string(), format!("{:02X}", class.0));
    assert!(format!("{class:?}").contains(&class.to_string()) && class.channel() < 20);
    assert!(class.secure_messaging() == SecureMessaging::None || class.kind() != ClassKind::Invalid);
    assert!(!format!("{:?} {:?}", class.kind(), class.secure_messaging()).is_empty());
    let named = instruction.name().map_or_else(|| format!("INS {:02X}", instruction.0), str::to_owned);
    assert_eq!(instruction.to_string(), named);
    assert!(format!("{instruction:?}").contains(&format!("{:02X}", instruction.0)));
    let status = StatusWord(u16::from_be_bytes([class.0, instruction.0]));
    assert_eq!([status.sw1(), status.sw2()], [class.0, instruction.0]);
    assert_eq!(StatusWord::tries_left(class.0).sw2(), 0xC0 | class.0.min(15));
    assert!(!format!("{status} {status:?} {:?}", status.meaning()).is_empty());
}

/// Tags by four bytes, values by a length, into so much room.
fn elements(choices: &mut Choices<'_>) {
    let mut room = vec![0; usize::from(choices.word()) << (choices.byte().unwrap_or(0) & SHIFT)];
    let size = room.len();
    let mut writer = Writer::new(&mut room);
    let mut written = Vec::new();
    while let Some(kind) = choices.byte() {
        let tag = Tag(u32::from(choices.word()) << 16 | u32::from(choices.word()));
        let value = vec![0x30; usize::from(choices.word()) << (kind & SHIFT)];
        let before = writer.position();
        let outcome = match kind >> 4 {
            0 => writer.element(tag, &value),
            1 => writer.nested(tag, |inner| inner.element(Tag(0x53), &value)),
            2 => writer.nested(tag, |inner| inner.nested(Tag(0x30), |inner| inner.bytes(&[0x04, 0x00]))),
            _ => writer.nested(tag, |inner| inner.element(Tag(0), &value)),
        };
        match outcome {
            Ok(()) => written.push((tag, before)),
            Err(error) => {
                assert!(
                    error.position() <= size && !format!("{error} {error:?} {:?}", error.kind()).is_empty()
                );
                assert_eq!(writer.position(), before, "an element was written in part");
            }
        }
    }
    let bytes = writer.finish();
    let mut reader = Reader::new(bytes);
    for (tag, at) in written {
        let read = reader.next_element();
        let Ok(Some(element)) = read else { unreachable!("what was written is not read: {read:?}") };
        assert_eq!((element.tag(), element.position()), (tag, at));
        assert_eq!(
            element.raw().len(),
            tag.len() + length_len(element.value().len()) + element.value().len()
        );
        assert!(format!("{element:?} {tag} {tag:?}").contains(" at "));
    }
    assert!(reader.finish().is_ok());
}

/// An element of 16 MiB and a little more, or of the same less a byte or two.
fn long_element(choices: &mut Choices<'_>) {
    let tag = Tag(u32::from(choices.word()));
    let length = LONG - 2 + usize::from(choices.byte().unwrap_or(0));
    let value = vec![0x30; length];
    let header = tag.len() + length_len(length);
    let mut room = vec![0; header + length - usize::from(choices.byte().unwrap_or(0) & 0x01)];
    let size = room.len();
    let mut writer = Writer::new(&mut room);
    match writer.element(tag, &value) {
        Ok(()) => {
            let bytes = writer.finish();
            let read = single(bytes, tag).map(|element| (element.value().len(), element.value_position()));
            assert!(read == Ok((length, header)) && bytes.len() == size);
            assert_eq!(file_length(bytes, usize::MAX), Ok(FileLength::Total(size)));
        }
        Err(error) => assert!(error.position() <= size && writer.position() == 0, "{error}"),
    }
}

/// Reads by the tag that is wanted.
fn read_by_tag(choices: &mut Choices<'_>) {
    let (wanted, flags) = (Tag(u32::from(choices.word())), choices.byte().unwrap_or(0));
    let position = if flags & 0x01 == 0 { usize::from(flags) } else { usize::MAX };
    let input = choices.0;
    let told = |error: Error| assert!(!format!("{error} {error:?}").is_empty());
    let _ = single(input, wanted).map_err(told);
    let mut reader = Reader::new(input).at_position(position).with_depth(flags >> 4);
    assert_eq!(reader.rest(), input);
    let begun = reader.position();
    match reader.read_optional(wanted) {
        Ok(Some(element)) => {
            assert_eq!((element.tag(), element.position()), (wanted, begun));
            let _ = reader.enter(element).map_err(told);
            let again = single(element.raw(), wanted).map(|again| again == element);
            assert!(again.is_err() || again == Ok(element.position() == 0));
        }
        Ok(None) => assert_eq!(reader.position(), begun),
        Err(error) => told(error),
    }
    let mut reader = Reader::accepting_ber_lengths(input);
    while let Ok(element) = reader.read(wanted) {
        let mut inner = reader.enter(element);
        while let Ok(Ok(Some(element))) = inner.as_mut().map(|inner| inner.read_optional(wanted)) {
            inner = inner.and_then(|inner| inner.enter(element));
        }
        let _ = inner.map(drop).map_err(told);
    }
    match file_length(input, usize::from(flags)) {
        Ok(FileLength::Total(total)) => assert!(total <= usize::from(flags)),
        Ok(FileLength::NeedBytes(needed)) => assert!(needed > input.len()),
        Err(error) => told(error),
    }
}

fn simple(choices: &mut Choices<'_>) {
    let (tag, room) = (choices.byte().unwrap_or(0), usize::from(choices.word()));
    let value = vec![0x31; usize::from(choices.word()) << (choices.byte().unwrap_or(0) & 0x01)];
    let mut buffer = vec![0; room * 2];
    match simple_tlv::write(&mut buffer, tag, &value) {
        Ok(bytes) => {
            let read = SimpleTlv::single(bytes);
            assert!(read.is_ok_and(|read| read.tag() == tag && read.value() == value));
            assert!(format!("{read:?}").contains(&format!("{tag:02X} [{}]", value.len())));
            assert!(SimpleTlv::single(&[bytes, &[0x00]].concat()).is_err());
        }
        Err(error) => assert!(!format!("{error} {error:?}").is_empty()),
    }
}
