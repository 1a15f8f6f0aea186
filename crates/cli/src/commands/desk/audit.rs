//! `desk audit verify`: the log of what was done, walked over from its first record.

use mynumber::issuance::audit::Head;
use serde::Serialize;

use super::office::Office;
use super::words;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::language::{Language, say};
use crate::output::Product;

pub(super) fn verify(office: &Office<'_>, noted: Option<&str>) -> Result<(), Failure> {
    let noted = noted.map(head).transpose()?;
    let end = office.store()?.verify_audit(noted).map_err(|error| words::of_store(&error))?;
    office.run.print(&Verified {
        records: end.number,
        end: end.to_string(),
        noted_found: noted.map(|_| true),
    })
}

/// `NUMBER:HASH`, as this command shows it.
fn head(text: &str) -> Result<Head, Failure> {
    let read = || {
        let (number, digits) = text.split_once(':')?;
        let mut hash = [0; 32];
        if digits.len() != 64 || !digits.is_ascii() || digits.starts_with('+') {
            return None;
        }
        for (byte, index) in hash.iter_mut().zip((0..).step_by(2)) {
            *byte = u8::from_str_radix(digits.get(index..index + 2)?, 16).ok()?;
        }
        Some(Head { number: number.parse().ok()?, hash })
    };
    read().ok_or_else(|| {
        Failure::new(
            Exit::BadInput,
            say!(
                "an end of the log is written as NUMBER:HASH, as `mynumber desk audit verify` shows it",
                "控えは `mynumber desk audit verify` が表示する 番号:ハッシュ の形で指定してください"
            ),
        )
    })
}

#[derive(Serialize)]
struct Verified {
    records: u64,
    end: String,
    noted_found: Option<bool>,
}

impl Product for Verified {
    fn text(&self, _: Language) -> String {
        let Self { records, end, .. } = self;
        let mut out = say!(
            "the log is as it was written: {records} records\nits end, to be noted elsewhere: {end}\n",
            "監査ログに改変はありません（記録 {records}件）\n控え: {end}\n"
        );
        if self.noted_found.is_some() {
            out.push_str(&say!("the end noted earlier is in it\n", "以前の控えと一致しました\n"));
        }
        out
    }
}
