use std::ffi::CString;

use super::{ReaderName, Selection, SelectionError};
use crate::Error;

fn readers(names: &[&[u8]]) -> Vec<ReaderName> {
    names.iter().map(|name| ReaderName::from(CString::new(name.to_vec()).unwrap())).collect()
}

#[test]
fn c5_a_name_of_any_bytes_is_shown_without_touching_the_terminal() {
    let names = readers(&[b"ACME \xFF\xFE 00", b"A\x1B[2JB\n", "abc\u{202E}def".as_bytes()]);
    assert_eq!(names[0].to_string(), "ACME \u{FFFD}\u{FFFD} 00");
    assert_eq!(names[1].to_string(), "A\\u{1b}[2JB\\u{a}");
    assert_eq!(names[2].to_string(), "abc\\u{202e}def");
    assert_eq!(format!("{:?}", names[0]), "ReaderName(ACME \u{FFFD}\u{FFFD} 00)");
    assert_eq!(names[0].as_c_str().to_bytes(), b"ACME \xFF\xFE 00");
}

#[test]
fn c5_readers_are_picked_by_number_or_part_of_the_name() {
    let names = readers(&[b"Sony RC-S300", b"ACME 00", b"ACME 01", b"ACME"]);
    let pick = |text: &str| Selection::from_text(text).pick(&names).cloned();
    assert_eq!(pick("0").as_ref(), Ok(&names[0]));
    assert_eq!(pick("sony").as_ref(), Ok(&names[0]));
    assert_eq!(pick("01 ").as_ref(), Err(&SelectionError::NoMatch { readers: 4 }));
    assert_eq!(pick(" 01").as_ref(), Ok(&names[2]));
    assert_eq!(pick("acme").as_ref(), Ok(&names[3]), "the whole name wins");
    assert_eq!(pick("ACME 0"), Err(SelectionError::Ambiguous { meant: names[1..3].to_vec() }));
    assert_eq!(pick("17"), Err(SelectionError::NoMatch { readers: 4 }));
    assert_eq!(pick("Gemalto"), Err(SelectionError::NoMatch { readers: 4 }));
}

#[test]
fn c5_lists_of_0_1_17_and_200_readers_with_equal_names_are_no_trouble() {
    for count in [0_usize, 1, 17, 200] {
        let names = readers(&vec![&b"SAME"[..]; count]);
        let by_name = Selection::NamePart("same".into()).pick(&names).cloned();
        let last = Selection::Number(count.saturating_sub(1)).pick(&names).cloned();
        match count {
            0 => {
                assert_eq!(by_name, Err(SelectionError::Unreachable(Error::NoReader)));
                assert_eq!(last, Err(SelectionError::Unreachable(Error::NoReader)));
            }
            1 => assert!(by_name.is_ok() && last.is_ok()),
            _ => assert!(matches!(by_name, Err(SelectionError::Ambiguous { .. })) && last.is_ok()),
        }
        assert!(Selection::Number(count).pick(&names).is_err());
    }
}
