use super::{Condition, Delivery, Difference, Encoding, IssuanceList, ListError, Released, Serial};
use crate::application::FormIdError;

const HEADING: &str = "申請書ID,製造番号,氏名\r\n";

fn row(number: u64) -> String {
    format!("{number:023},{number:015},検証　太郎\r\n")
}

fn text(rows: u64) -> String {
    HEADING.to_owned() + &(1..=rows).map(row).collect::<String>()
}

fn utf8(text: &str) -> Result<IssuanceList, ListError> {
    IssuanceList::parse(text.as_bytes(), Encoding::Utf8)
}

fn shift_jis(text: &str) -> Vec<u8> {
    let (bytes, _, unmappable) = encoding_rs::SHIFT_JIS.encode(text);
    assert!(!unmappable);
    bytes.into_owned()
}

fn serial(number: u64) -> Serial {
    Serial::parse(&format!("{number:015}")).unwrap()
}

fn delivery(rows: u64) -> Delivery {
    let mut delivery = Delivery::new();
    for number in 1..=rows {
        delivery.card(serial(number), Condition::Good);
        delivery.notice(serial(number));
    }
    delivery
}

/// Everything of a list with these numbers has come.
pub(crate) fn released(numbers: &[u64]) -> Released {
    released_as(&numbers.iter().map(|number| (*number, *number)).collect::<Vec<_>>())
}

/// Everything of a list with these numbers of forms and of cards has come.
pub(crate) fn released_as(pairs: &[(u64, u64)]) -> Released {
    let row = |(form, card): &(u64, u64)| format!("{form:023},{card:015},検証　太郎\r\n");
    let list = utf8(&(HEADING.to_owned() + &pairs.iter().map(row).collect::<String>())).unwrap();
    let mut delivery = Delivery::new();
    for (_, card) in pairs {
        delivery.card(serial(*card), Condition::Good);
        delivery.notice(serial(*card));
    }
    delivery.compare(&list).unwrap()
}

#[test]
fn an_issuance_list_is_the_same_in_utf_8_and_in_shift_jis() {
    let text = text(3);
    let list = utf8(&text).unwrap();
    assert_eq!(list.rows().len(), 3);
    assert_eq!(list.rows()[1].name, "検証　太郎");
    assert_eq!(utf8(&("\u{FEFF}".to_owned() + &text)).as_ref(), Ok(&list));
    assert_eq!(IssuanceList::parse(&shift_jis(&text), Encoding::ShiftJis).as_ref(), Ok(&list));
    // Other headings, other order, other columns, quoted text, other ends of lines.
    let other = "x,name,serial,form_id\n,\"検証　太郎\",000000000000001,00000000000000000000001\n";
    assert_eq!(utf8(other).unwrap().rows(), &list.rows()[..1]);
}

#[test]
fn what_agrees_is_released() {
    let released = delivery(3).compare(&utf8(&text(3)).unwrap()).unwrap();
    assert_eq!(released.cards().len(), 3);
}

#[test]
fn nothing_is_released_with_an_open_difference() {
    type Change = fn(&mut Delivery);
    let changes: [(Change, u64, Difference); 8] = [
        (|delivery| delivery.cards.truncate(2), 3, Difference::CardMissing),
        (|delivery| delivery.notices.truncate(2), 3, Difference::NoticeMissing),
        (|delivery| delivery.card(serial(9), Condition::Good), 9, Difference::CardSurplus),
        (|delivery| delivery.notice(serial(9)), 9, Difference::NoticeSurplus),
        (|delivery| delivery.card(serial(1), Condition::Good), 1, Difference::CardDouble),
        (|delivery| delivery.notice(serial(1)), 1, Difference::NoticeDouble),
        (|delivery| delivery.cards[0].1 = Condition::Damaged, 1, Difference::Damaged),
        (|delivery| delivery.cards[2].1 = Condition::Misprinted, 3, Difference::Misprinted),
    ];
    let list = utf8(&text(3)).unwrap();
    for (change, number, difference) in changes {
        let mut delivery = delivery(3);
        change(&mut delivery);
        let differences = delivery.compare(&list).unwrap_err();
        assert_eq!(differences.open, [(serial(number), difference)]);
        assert!(differences.to_string().contains(difference.english()));
        assert!(!difference.japanese().is_empty());
    }
}

#[test]
fn all_differences_are_told_at_once() {
    let differences = Delivery::new().compare(&utf8(&text(2)).unwrap()).unwrap_err();
    assert_eq!(differences.open.len(), 4);
}

#[test]
fn a_list_with_a_broken_line_is_not_read_and_the_line_is_named() {
    let at = |broken: &str| utf8(&(text(2) + broken + &row(9))).unwrap_err();
    let columns = |found| ListError::Columns { line: 4, found, expected: 3 };
    assert_eq!(at("1,2\r\n"), columns(2));
    assert_eq!(at("1,2,3,4\r\n"), columns(4));
    assert_eq!(at(&row(3).replace("03,", "03 ,")).to_string().split(':').next(), Some("line 4"));
    let short = ListError::FormId { line: 4, error: FormIdError::Length { digits: 22 } };
    assert_eq!(at(&row(3)[1..]), short);
    assert_eq!(at("00000000000000000000003,3,検証　太郎\r\n"), ListError::Serial { line: 4 });
    assert_eq!(at("00000000000000000000003,00000000000000３,検証　太郎\r\n"), ListError::Serial { line: 4 });
    assert_eq!(at("00000000000000000000003,000000000000003,　\r\n"), ListError::Name { line: 4 });
    assert_eq!(at("00000000000000000000003,000000000000003,a\u{1b}[0m\r\n"), ListError::Name { line: 4 });
    assert_eq!(at(&row(2)), ListError::Twice { line: 4, first: 3, column: "form_id" });
    let serial = row(2).replacen("00000002,", "00000007,", 1);
    assert_eq!(at(&serial), ListError::Twice { line: 4, first: 3, column: "serial" });
    // A quotation mark that is never closed takes the rest into one field.
    assert!(matches!(
        at("00000000000000000000003,\"000000000000003,検証　太郎\r\n"),
        ListError::Columns { .. }
    ));
}

#[test]
fn a_list_without_rows_or_headings_is_not_read() {
    assert_eq!(utf8(""), Err(ListError::Empty));
    assert_eq!(utf8(HEADING), Err(ListError::Empty));
    assert_eq!(utf8(&row(1)), Err(ListError::Heading { column: "form_id" }));
    assert_eq!(utf8("申請書ID,製造番号\r\n"), Err(ListError::Heading { column: "name" }));
    let twice = "申請書ID,製造番号,氏名,name\r\n";
    assert_eq!(utf8(twice), Err(ListError::Heading { column: "name" }));
}

#[test]
fn bytes_that_stand_for_no_character_are_refused_with_their_line() {
    for bytes in [&[0x80][..], &[0xA0], &[0xFD], &[0x85, 0x40], &[0xF0, 0x40], &[0x81], &[0x81, 0x20]] {
        let mut file = shift_jis(&text(1));
        file.extend(b"00000000000000000000002,000000000000002,");
        file.extend(bytes);
        file.extend(b"\r\n");
        file.extend(shift_jis(&row(3)));
        let error = IssuanceList::parse(&file, Encoding::ShiftJis).unwrap_err();
        let expected = if bytes == [0x80] {
            // A control character, which no name may hold.
            ListError::Name { line: 3 }
        } else {
            ListError::Encoding { line: 3, encoding: Encoding::ShiftJis }
        };
        assert_eq!(error, expected, "{bytes:02X?}");
    }
    // One encoding taken for the other.
    let wrong = IssuanceList::parse(&shift_jis(&text(1)), Encoding::Utf8).unwrap_err();
    assert_eq!(wrong, ListError::Encoding { line: 1, encoding: Encoding::Utf8 });
    assert!(IssuanceList::parse(text(1).as_bytes(), Encoding::ShiftJis).is_err());
}

#[test]
fn no_list_is_read_from_any_beginning_of_one_but_at_the_end_of_a_line() {
    let text = text(3);
    for length in 0..text.len() {
        let list = IssuanceList::parse(&text.as_bytes()[..length], Encoding::Utf8);
        let whole_rows = text.as_bytes()[..length].iter().filter(|byte| **byte == b'\n').count();
        if let Ok(list) = list {
            assert!(list.rows().len() <= whole_rows, "{length}");
        }
    }
}

#[test]
fn b8_a_list_shows_nobody() {
    let list = utf8(&text(1)).unwrap();
    let shown = format!("{list:?} {:?}", delivery(1).compare(&list).unwrap());
    assert!(!shown.contains("検証") && !shown.contains("00000000000000000000001"), "{shown}");
}
