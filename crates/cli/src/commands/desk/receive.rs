//! `desk receive`: the issuance list against cards and notices; nothing is released with an open difference.

use std::path::Path;

use mynumber::issuance::lifecycle::Actor;
use mynumber::issuance::receipt::{Condition, Delivery, Encoding, IssuanceList, Serial};
use serde::Serialize;

use super::office::Office;
use super::words;
use crate::args::{ListEncoding, ReceiveArguments};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::inputs;
use crate::language::{Language, say};
use crate::output::Product;

/// The longest files: a list as long as the reader of lists takes.
const LIST: u64 = 64 << 20;
/// Serial numbers of a hundred thousand cards, several times over.
const SERIALS: u64 = 16 << 20;

pub(super) fn run(office: &Office<'_>, arguments: &ReceiveArguments) -> Result<(), Failure> {
    let list = list(&arguments.list, arguments.encoding)?;
    let mut delivery = Delivery::new();
    let (mut cards, mut notices) = (0, 0);
    each_line(&arguments.delivered, |serial, condition| {
        delivery.card(serial, condition.unwrap_or(Condition::Good));
        cards += 1;
        true
    })?;
    each_line(&arguments.notices, |serial, condition| {
        delivery.notice(serial);
        notices += 1;
        condition.is_none()
    })?;
    let mut compared =
        Compared { listed: list.rows().len(), cards, notices, differences: Vec::new(), received: false };
    match delivery.compare(&list) {
        Err(open) => {
            compared.differences = open
                .open
                .iter()
                .map(|(serial, difference)| Open {
                    serial: serial.as_str().to_owned(),
                    difference: difference.english(),
                    text: Language::current().pick(difference.english(), difference.japanese()),
                })
                .collect();
            let count = open.open.len();
            let failure = Failure::new(
                Exit::Differences,
                say!("nothing was taken in; differences: {count}", "受領していません。相違: {count}件"),
            )
            .advise(say!(
                "settle them with the maker of the cards and compare again",
                "作成元と解決してから照合し直してください"
            ));
            Err(office.run.format.print_before(&compared, failure))
        }
        Ok(released) => {
            if !arguments.compare_only {
                let by = office.by(Actor::Municipality)?;
                office.store()?.receive(&released, &by).map_err(|error| words::of_store(&error))?;
                compared.received = true;
            }
            office.run.print(&compared)
        }
    }
}

fn list(path: &Path, encoding: ListEncoding) -> Result<IssuanceList, Failure> {
    let bytes = inputs::read(path, LIST)?;
    let encoding = match encoding {
        ListEncoding::Utf8 => Encoding::Utf8,
        ListEncoding::ShiftJis => Encoding::ShiftJis,
    };
    IssuanceList::parse(&bytes, encoding).map_err(|error| {
        inputs::unusable(path, &words::of_list(&error)).advise(say!(
            "nothing was taken in; columns form_id, serial, name, in UTF-8 or with --encoding shift-jis",
            "受領していません。列は 申請書ID・製造番号・氏名、文字コードはUTF-8（Shift_JISは --encoding shift-jis）"
        ))
    })
}

/// Serial numbers, one a line, with a condition after a comma where one is told; a heading is passed over. `each` says
/// whether the line may stand there.
fn each_line(path: &Path, mut each: impl FnMut(Serial, Option<Condition>) -> bool) -> Result<(), Failure> {
    let bytes = inputs::read(path, SERIALS)?;
    let text = std::str::from_utf8(&bytes).unwrap_or("\u{FFFD}");
    for (line, number) in text.strip_prefix('\u{FEFF}').unwrap_or(text).lines().zip(1u32..) {
        let line = line.trim();
        let (serial, condition) = line.split_once(',').unwrap_or((line, ""));
        if line.is_empty() || (number == 1 && matches!(serial.trim(), "serial" | "製造番号")) {
            continue;
        }
        let condition = match condition.trim() {
            "" => Some(None),
            "good" | "良" => Some(Some(Condition::Good)),
            "damaged" | "破損" => Some(Some(Condition::Damaged)),
            "misprinted" | "印刷誤り" => Some(Some(Condition::Misprinted)),
            _ => None,
        };
        let taken = match (Serial::parse(serial.trim()), condition) {
            (Some(serial), Some(condition)) => each(serial, condition),
            _ => false,
        };
        if !taken {
            let reason = say!(
                "line {number}: a serial number of 15 digits is expected, for cards with damaged or misprinted after a comma",
                "{number}行目: 15桁の製造番号（カードは、コンマの後に damaged または misprinted）が必要です"
            );
            return Err(inputs::unusable(path, &reason));
        }
    }
    Ok(())
}

#[derive(Serialize)]
struct Compared {
    listed: usize,
    cards: u64,
    notices: u64,
    differences: Vec<Open>,
    received: bool,
}

#[derive(Serialize)]
struct Open {
    serial: String,
    difference: &'static str,
    text: &'static str,
}

impl Product for Compared {
    fn text(&self, _: Language) -> String {
        let Self { listed, cards, notices, .. } = self;
        let mut out = say!(
            "listed: {listed}, cards: {cards}, notices: {notices}\n",
            "一覧表: {listed}件、カード: {cards}枚、交付通知書: {notices}通\n"
        );
        for open in &self.differences {
            out.push_str(&format!("{}: {}\n", open.serial, open.text));
        }
        match (self.received, self.differences.is_empty()) {
            (true, _) => out.push_str(&say!("no difference: taken in\n", "相違なし: 受領しました\n")),
            (false, true) => out.push_str(&say!("no difference\n", "相違なし\n")),
            (false, false) => {}
        }
        out
    }
}
