//! New PINs: hidden, twice on a terminal, one line each otherwise; never from arguments or environment.

use mynumber::applet::Date;
use mynumber::applet::pin::{FourDigitPin, Secret, SignaturePassword};
use mynumber::issuance::desk::pins::{Asked, NewPins, advice};

use super::super::office::Office;
use super::super::prompt::Prompt;
use super::words;
use crate::args::EntryArguments;
use crate::failure::Failure;
use crate::language::{Language, say};
use crate::output::notice;
use crate::pin_entry::PinEntry;

/// Asks for new values, in the published order.
pub(super) fn ask(
    office: &Office<'_>,
    arguments: &EntryArguments,
    asked: impl Iterator<Item = Asked>,
    birth: Date,
) -> Result<NewPins, Failure> {
    let mut entry = office.run.pin_entry()?;
    let mut pins = NewPins::default();
    for asked in asked {
        pins = match asked {
            Asked::Signature => {
                pins.signature(one(office, arguments, &mut entry, asked, birth, SignaturePassword::parse)?)
            }
            Asked::UserAuthentication => {
                pins.user_authentication(four(office, arguments, &mut entry, asked, birth)?)
            }
            Asked::Juki => pins.juki(four(office, arguments, &mut entry, asked, birth)?),
            Asked::InputAssist => pins.input_assist(four(office, arguments, &mut entry, asked, birth)?),
        };
    }
    Ok(pins)
}

fn four(
    office: &Office<'_>,
    arguments: &EntryArguments,
    entry: &mut PinEntry,
    asked: Asked,
    birth: Date,
) -> Result<FourDigitPin, Failure> {
    one(office, arguments, entry, asked, birth, FourDigitPin::parse)
}

/// Asks until the holder keeps what was entered: advice refuses nothing.
pub(super) fn one<S: Secret>(
    office: &Office<'_>,
    arguments: &EntryArguments,
    entry: &mut PinEntry,
    asked: Asked,
    birth: Date,
    parse: impl Fn(&str) -> Result<S, mynumber::applet::pin::PinFormError>,
) -> Result<S, Failure> {
    loop {
        let value = office.run.ask_new(entry, words::of_asked(asked), &parse)?;
        let is_prompt = matches!(entry, PinEntry::Prompt);
        if !is_prompt && !arguments.advise {
            return Ok(value);
        }
        let against = advice(&value, &[birth]);
        for advice in &against {
            notice(Language::current().pick(advice.english(), advice.japanese()));
        }
        let keep = against.is_empty()
            || !is_prompt
            || Prompt::new(office.run).yes(&say!("Keep it?", "このまま使いますか"))?;
        if keep {
            return Ok(value);
        }
    }
}
