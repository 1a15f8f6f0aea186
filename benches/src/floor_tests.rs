use super::*;
use mynumber_apdu::tlv::Reader;
use mynumber_apdu::{Command, Form};

/// Every combination of these bytes up to this length: short enough to be all, rich enough to meet every rule.
fn inputs(alphabet: &[u8], longest: usize) -> Vec<Vec<u8>> {
    let mut all = vec![Vec::new()];
    let mut begin = 0;
    for _ in 0..longest {
        let end = all.len();
        for index in begin..end {
            for byte in alphabet {
                let mut longer = all[index].clone();
                longer.push(*byte);
                all.push(longer);
            }
        }
        begin = end;
    }
    all
}

fn agree(bytes: &[u8]) {
    let ours = Command::parse(bytes).ok();
    let floor = parse(bytes);
    let as_floor = ours.map(|command| Parsed {
        header: [command.class().0, command.instruction().0, command.p1(), command.p2()],
        extended: command.form() == Form::Extended,
        le: command.expected().map_or(0, mynumber_apdu::Le::get),
        data: command.data(),
    });
    assert_eq!(floor, as_floor, "{bytes:02X?}");
    if let (Some(command), Some(floor)) = (ours, floor) {
        let (mut ours, mut floors) = (vec![0; bytes.len()], vec![0; bytes.len()]);
        assert_eq!(encode(&floor, &mut floors), command.encode(&mut ours).ok());
        assert_eq!(floors, bytes);
        let (mut ours, mut floors) = (vec![0; bytes.len() - 1], vec![0; bytes.len() - 1]);
        assert_eq!(encode(&floor, &mut floors), None);
        assert!(command.encode(&mut ours).is_err());
    }
}

#[test]
fn the_command_floor_accepts_the_same_and_reads_the_same() {
    for header in [[0x00, 0xA4, 0x04, 0x0C], [0xFF, 0xA4, 0, 0], [0x80, 0x6A, 0, 0], [0x80, 0x9A, 0, 0]] {
        for body in inputs(&[0, 1, 2, 3, 0xFF], 7) {
            let bytes: Vec<u8> = header.iter().chain(&body).copied().collect();
            agree(&bytes);
        }
    }
    for length in 0..4 {
        agree(&[0x00, 0xA4, 0x04][..length]);
    }
    for length in [0xFF, 0x100, 0x101, 0xFFFF] {
        let [.., high, low] = usize::to_be_bytes(length);
        for extra in 0..4 {
            let mut bytes = vec![0x00, 0xB0, 0x00, 0x00, 0x00, high, low];
            bytes.extend(vec![0; length + extra]);
            agree(&bytes);
        }
    }
}

#[test]
fn the_tlv_floor_accepts_the_same_and_reads_the_same() {
    let alphabet = [0x00, 0x01, 0x02, 0x30, 0x5F, 0x7F, 0x80, 0x81, 0x82, 0x84, 0xFF];
    for bytes in inputs(&alphabet, 5) {
        let mut reader = Reader::new(&bytes);
        let mut rest = bytes.as_slice();
        while !rest.is_empty() {
            let floor = element(&mut rest, bytes.len());
            let ours = reader.next_element().ok().flatten();
            let ours = ours.map(|found| (found.tag().0, found.value(), found.position()));
            assert_eq!(floor, ours, "{bytes:02X?}");
            if floor.is_none() {
                break;
            }
            assert_eq!((rest, bytes.len() - rest.len()), (reader.rest(), reader.position()));
        }
    }
    for length in [0x7F, 0x80, 0xFF, 0x100, 0xFFFF, 0x1_0000] {
        let mut buffer = vec![0; length + 6];
        let mut writer = mynumber_apdu::tlv::Writer::new(&mut buffer);
        writer.element(mynumber_apdu::tlv::Tag(0x53), &vec![1; length]).expect("fits");
        let bytes = writer.finish();
        let floor = element(&mut &*bytes, bytes.len()).expect("well formed");
        assert_eq!((floor.0, floor.1.len()), (0x53, length));
    }
}
