//! `wait`: until a My Number Card is there, or until the card is gone.

use mynumber::driver::Card;
use mynumber::transport::Transport;
use serde::Serialize;

use crate::args::WaitArguments;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::language::{Language, say};
use crate::output::Product;
use crate::run::Run;
use crate::wire;

#[derive(Serialize)]
struct Waited {
    /// The reader; absent when no reader held a card from the start.
    reader: Option<String>,
    card_present: bool,
}

pub(crate) fn run(run: &Run, arguments: &WaitArguments) -> Result<(), Failure> {
    if wire::is_virtual(run) {
        return embedded(run, arguments);
    }
    through_service(run, arguments)
}

/// The embedded card is always there.
fn embedded(run: &Run, arguments: &WaitArguments) -> Result<(), Failure> {
    if arguments.removal {
        return Err(Failure::new(
            Exit::Unsupported,
            say!("the embedded card is never taken out", "内蔵の仮想カードは取り外されません"),
        ));
    }
    let name = run.common.reader.clone().unwrap_or_default();
    is_meant(wire::open(run)?, &name)?;
    run.print(&Waited { reader: Some(name), card_present: true })
}

fn is_meant(card: impl Transport, reader: &str) -> Result<(), Failure> {
    if Card::new(card).identify()?.applications.is_empty() {
        return Err(Failure::new(
            Exit::WrongCard,
            say!(
                "the card in {reader} is not a My Number Card",
                "{reader} のカードはマイナンバーカードではありません"
            ),
        ));
    }
    Ok(())
}

#[cfg(not(feature = "pcsc"))]
fn through_service(_: &Run, _: &WaitArguments) -> Result<(), Failure> {
    Err(wire::without_pcsc())
}

#[cfg(feature = "pcsc")]
fn through_service(run: &Run, arguments: &WaitArguments) -> Result<(), Failure> {
    use mynumber::transport::pcsc::Context;
    use wire::pcsc::{options, selected, with_card};

    let context = Context::establish()?;
    let (limit, cancel) = (run.common.timeout, run.interrupt.cancel());
    let meant = run.common.reader.as_deref().map(|text| selected(&context, text)).transpose()?;
    if arguments.removal {
        let reader = match meant {
            Some(reader) => Some(reader),
            None => with_card(run, &context)?,
        };
        if let Some(reader) = &reader {
            context.wait_for_removal(reader, limit, &cancel)?;
        }
        return run.print(&Waited { reader: reader.map(|reader| reader.to_string()), card_present: false });
    }
    let mut reader = context.wait_for_card(meant.as_ref(), limit, &cancel)?;
    if meant.is_none() {
        // Another reader may hold the card that is meant.
        reader = with_card(run, &context)?.unwrap_or(reader);
    }
    is_meant(context.connect(&reader, &options(run))?, &reader.to_string())?;
    run.print(&Waited { reader: Some(reader.to_string()), card_present: true })
}

impl Product for Waited {
    fn text(&self, language: Language) -> String {
        match &self.reader {
            Some(reader) => format!("{reader}\n"),
            None => {
                format!("{}\n", language.pick("no reader holds a card", "カードの入ったリーダーはありません"))
            }
        }
    }
}
