//! The issuance list: any bytes, in both encodings.

use std::collections::BTreeSet;
use std::fmt::Write;

use mynumber::issuance::receipt::{Condition, Delivery, Encoding, IssuanceList};

/// Takes the first byte for the choice of the encoding and the rest for the file. What is read is whole: every row once,
/// and the same when it is written again; and when all of it has come, all of it is released.
pub fn intake_list(data: &[u8]) {
    let Some((choice, file)) = data.split_first() else { return };
    let encoding = if choice.is_multiple_of(2) { Encoding::Utf8 } else { Encoding::ShiftJis };
    let Ok(list) = IssuanceList::parse(file, encoding) else { return };
    let rows = list.rows();
    assert!(!rows.is_empty(), "a list without a row is none");
    let forms: BTreeSet<&str> = rows.iter().map(|row| row.form_id.as_str()).collect();
    let serials: BTreeSet<&str> = rows.iter().map(|row| row.serial.as_str()).collect();
    assert!(forms.len() == rows.len() && serials.len() == rows.len(), "something stands there twice");

    let mut text = "name,serial,form_id\n".to_owned();
    for row in rows {
        assert!(!row.name.trim().is_empty() && !row.name.chars().any(char::is_control));
        let name = row.name.replace('"', "\"\"");
        let written = writeln!(text, "\"{name}\",{},{}", row.serial.as_str(), row.form_id.as_str());
        assert!(written.is_ok());
    }
    assert_eq!(IssuanceList::parse(text.as_bytes(), Encoding::Utf8).as_ref(), Ok(&list));

    let mut delivery = Delivery::new();
    for row in rows {
        delivery.card(row.serial, Condition::Good);
        delivery.notice(row.serial);
    }
    let Ok(released) = delivery.compare(&list) else { unreachable!("all of it has come") };
    let pairs = released.cards().iter().map(|(form, card)| (form.as_str(), card.as_str()));
    assert!(pairs.eq(rows.iter().map(|row| (row.form_id.as_str(), row.serial.as_str()))));
    delivery.notice(rows.first().map_or_else(|| unreachable!("there is a row"), |row| row.serial));
    assert!(delivery.compare(&list).is_err(), "a notice too many");
}
