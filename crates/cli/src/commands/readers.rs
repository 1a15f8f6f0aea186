//! `readers`.

use std::fmt::Write;

use mynumber::transport::pcsc::{Context, PassedOver};
use serde::Serialize;

use crate::failure::Failure;
use crate::language::Language;
use crate::output::Product;
use crate::run::Run;
use crate::wire::pcsc::{probe, reason};

#[derive(Serialize)]
struct Readers {
    readers: Vec<Reader>,
}

#[derive(Serialize)]
struct Reader {
    number: usize,
    name: String,
    card_present: bool,
    my_number_card: bool,
    /// Why the reader was passed over; absent when it holds a My Number Card.
    passed_over: Option<String>,
}

pub(crate) fn list(run: &Run) -> Result<(), Failure> {
    let context = Context::establish()?;
    let names = context.readers()?;
    let choice = probe(run, &context)?;
    let readers = names
        .iter()
        .enumerate()
        .map(|(number, name)| {
            let passed = choice.passed_over.iter().find(|(reader, _)| reader == name).map(|(_, why)| why);
            Reader {
                number,
                name: name.to_string(),
                card_present: !matches!(passed, Some(PassedOver::Empty)),
                my_number_card: choice.found.iter().any(|found| found.reader == *name),
                passed_over: passed.map(reason),
            }
        })
        .collect();
    run.print(&Readers { readers })
}

impl Product for Readers {
    fn text(&self, language: Language) -> String {
        let mut out = String::new();
        for reader in &self.readers {
            let what = match &reader.passed_over {
                None => language.pick("My Number Card", "マイナンバーカード"),
                Some(why) => why,
            };
            let _ = writeln!(out, "{}: {}: {what}", reader.number, reader.name);
        }
        if self.readers.is_empty() {
            let _ =
                writeln!(out, "{}", language.pick("no reader is connected", "リーダーが接続されていません"));
        }
        out
    }
}
