//! `readers` and `wait`.

use std::fmt::Write;

use mynumber::driver::Card;
use mynumber::transport::pcsc::{Context, PassedOver};
use serde::Serialize;

use crate::args::WaitArguments;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::language::{Language, say};
use crate::output::Product;
use crate::run::Run;
use crate::wire::pcsc::{choose, options, probe, reason};

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

#[derive(Serialize)]
struct Waited {
    reader: String,
    card_present: bool,
}

pub(crate) fn wait(run: &Run, arguments: &WaitArguments) -> Result<(), Failure> {
    let context = Context::establish()?;
    let (limit, cancel) = (run.common.timeout, run.interrupt.cancel());
    if arguments.removal {
        let reader = choose(run, &context)?;
        context.wait_for_removal(&reader, limit, &cancel)?;
        return run.print(&Waited { reader: reader.to_string(), card_present: false });
    }
    let meant = match &run.common.reader {
        Some(text) => Some(crate::wire::pcsc::selected(&context, text)?),
        None => None,
    };
    let reader = context.wait_for_card(meant.as_ref(), limit, &cancel)?;
    let connection = context.connect(&reader, &options(run))?;
    if Card::new(connection).identify()?.applications.is_empty() {
        return Err(Failure::new(
            Exit::WrongCard,
            say!(
                "the card in {reader} is not a My Number Card",
                "{reader} のカードはマイナンバーカードではありません"
            ),
        ));
    }
    run.print(&Waited { reader: reader.to_string(), card_present: true })
}

impl Product for Waited {
    fn text(&self, _: Language) -> String {
        format!("{}\n", self.reader)
    }
}
