use proptest::prelude::*;
use zeroize::Zeroizing;

use super::{Frame, read, write};
use crate::PowerEvent;
use crate::vpcd::Fault;

fn first(mut bytes: &[u8]) -> Result<Option<Frame>, Fault> {
    read(&mut bytes, &mut Zeroizing::default())
}

#[test]
fn one_byte_is_a_control_code_and_more_is_a_command() {
    assert_eq!(first(&[0, 1, 0]), Ok(Some(Frame::Power(PowerEvent::Off))));
    assert_eq!(first(&[0, 1, 1]), Ok(Some(Frame::Power(PowerEvent::On))));
    assert_eq!(first(&[0, 1, 2]), Ok(Some(Frame::Power(PowerEvent::Reset))));
    assert_eq!(first(&[0, 1, 4]), Ok(Some(Frame::Atr)));
    let mut buffer = Zeroizing::default();
    assert_eq!(read(&mut &[0, 4, 0, 0xB0, 0, 0, 9][..], &mut buffer), Ok(Some(Frame::Command)));
    assert_eq!(buffer.as_slice(), [0, 0xB0, 0, 0]);
}

#[test]
fn what_is_not_a_frame_is_a_fault() {
    assert_eq!(first(&[]), Ok(None));
    assert_eq!(first(&[0]), Err(Fault::Truncated));
    assert_eq!(first(&[0, 0]), Err(Fault::Empty));
    assert_eq!(first(&[0, 1]), Err(Fault::Truncated));
    assert_eq!(first(&[0, 1, 3]), Err(Fault::UnknownControl { code: 3 }));
    assert_eq!(first(&[0xFF, 0xFF, 1, 2, 3]), Err(Fault::Truncated));
}

#[test]
fn an_answer_is_framed_up_to_65535_bytes() {
    let mut frame = Zeroizing::default();
    write(&[0x90, 0x00], &mut frame).unwrap();
    assert_eq!(frame.as_slice(), [0, 2, 0x90, 0x00]);
    write(&[7; 65_535], &mut frame).unwrap();
    assert_eq!((frame.len(), &frame[..3]), (65_537, &[0xFF, 0xFF, 7][..]));
    assert_eq!(write(&[7; 65_536], &mut frame), Err(Fault::ReplyTooLong { length: 65_536 }));
}

proptest! {
    #[test]
    fn any_bytes_end_in_frames_or_a_fault(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let mut rest = bytes.as_slice();
        let mut buffer = Zeroizing::default();
        let mut frames = 0;
        while let Ok(Some(_)) = read(&mut rest, &mut buffer) {
            frames += 1;
            prop_assert!(frames <= bytes.len() / 3);
        }
    }
}
