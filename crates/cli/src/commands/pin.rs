//! `pin change` and `pin repair`.

use mynumber::applet::PinId;
use mynumber::applet::pin::{FourDigitPin, SignaturePassword, reference};
use mynumber::driver::{ChangesAlone, ErrorKind, Object, Tries};
use serde::Serialize;

use crate::args::{PinCommand, PinName};
use crate::failure::{self, Failure};
use crate::language::{Language, say};
use crate::names::Named;
use crate::output::Product;
use crate::run::{AnyCard, Run};

pub(crate) fn run(run: &Run, command: &PinCommand) -> Result<(), Failure> {
    match command {
        PinCommand::Change { pin } => change(run, *pin),
        PinCommand::Repair => repair(run),
    }
}

const fn id_of(pin: PinName) -> PinId {
    match pin {
        PinName::Sign => PinId::Signature,
        PinName::Auth => PinId::UserAuthentication,
        PinName::InputAssist => PinId::InputAssist,
        PinName::Juki => PinId::Juki,
    }
}

fn change(run: &Run, pin: PinName) -> Result<(), Failure> {
    let id = id_of(pin);
    let mut card = run.card()?;
    // Nobody should type two PINs for a card that is blocked.
    if let Some(counter) = card.counters_of(&[id])?.first()
        && counter.tries == Tries::Blocked
    {
        return Err(failure::blocked(id));
    }
    let mut entry = run.pin_entry()?;
    let name = id.name();
    if pin == PinName::Sign {
        let old = run.ask(&mut entry, name, SignaturePassword::parse)?;
        let new = run.ask_new(&mut entry, name, SignaturePassword::parse)?;
        alone::<reference::Signature>(run, &mut card, &old, &new)?;
    } else {
        let old = run.ask(&mut entry, name, FourDigitPin::parse)?;
        let new = run.ask_new(&mut entry, name, FourDigitPin::parse)?;
        match pin {
            PinName::Auth => alone::<reference::UserAuthentication>(run, &mut card, &old, &new)?,
            PinName::InputAssist => alone::<reference::InputAssist>(run, &mut card, &old, &new)?,
            _ => juki(run, &mut card, &old, &new)?,
        }
    }
    run.print(&Changed { pin: format!("{id:?}"), changed: true, name })
}

fn alone<R: ChangesAlone>(
    run: &Run,
    card: &mut AnyCard,
    old: &R::Secret,
    new: &R::Secret,
) -> Result<(), Failure> {
    match run.common.last_try {
        true => card.change_pin_spending_the_last_try::<R>(old, new)?,
        false => card.change_pin::<R>(old, new)?,
    }
    Ok(())
}

/// The juki PIN lies in two applications. The first asked is that of a half-done change's second step.
fn juki(run: &Run, card: &mut AnyCard, old: &FourDigitPin, new: &FourDigitPin) -> Result<(), Failure> {
    let outcome = match run.common.last_try {
        true => card.change_juki_pin_spending_the_last_try(old, new),
        false => card.change_juki_pin(old, new),
    };
    outcome.map_err(|error| {
        let lags = matches!(error.kind(), ErrorKind::WrongPin { .. })
            && error.object() == Object::Pin(PinId::Common);
        let failure = Failure::from(error);
        if !lags {
            return failure;
        }
        failure.advise(say!(
            "the other application took it: an earlier change is half-done; `mynumber pin repair` finishes it",
            "もう一方のアプリケーションでは一致しました。以前の変更が途中です。`mynumber pin repair` で揃えてください"
        ))
    })
}

/// A half-done change of the juki PIN leaves the reference in the juki application behind.
fn repair(run: &Run) -> Result<(), Failure> {
    let mut card = run.card()?;
    let mut entry = run.pin_entry()?;
    let name = PinId::Juki.name();
    let old = run.ask(&mut entry, name, FourDigitPin::parse)?;
    let new = run.ask_new(&mut entry, name, FourDigitPin::parse)?;
    match run.common.last_try {
        true => card.finish_juki_change_spending_the_last_try(PinId::Juki, &old, &new)?,
        false => card.finish_juki_change(PinId::Juki, &old, &new)?,
    }
    run.print(&Changed { pin: format!("{:?}", PinId::Juki), changed: true, name })
}

#[derive(Serialize)]
struct Changed {
    pin: String,
    changed: bool,
    #[serde(skip)]
    name: &'static str,
}

impl Product for Changed {
    fn text(&self, language: Language) -> String {
        match language {
            Language::En => format!("the {} is changed\n", self.name),
            Language::Ja => format!("{}を変更しました\n", self.name),
        }
    }
}
