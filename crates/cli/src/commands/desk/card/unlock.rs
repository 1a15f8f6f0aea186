//! `desk unlock` and `desk pin switch`: PINs set anew, taken off, put on.

use mynumber::applet::Date;
use mynumber::applet::pin::{FourDigitPin, SignaturePassword};
use mynumber::crypto::UnixTime;
use mynumber::issuance::desk::after::{KioskPin, Known};
use mynumber::issuance::desk::pins::{Asked, Plan};
use mynumber::issuance::desk::stage::{HandedOver, Resetting, Switching};
use mynumber::issuance::desk::{At, Desk};
use mynumber::issuance::lifecycle::{Actor, State};
use mynumber::issuance::store::Case;

use super::super::office::Office;
use super::super::words::of_store;
use super::issuer::Terminal;
use super::standing::Standing;
use super::{entry, visit, words};
use crate::args::{PinName, SwitchArguments, SwitchTo, UnlockArguments};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::language::say;

const fn asked_of(pin: PinName) -> Asked {
    match pin {
        PinName::Sign => Asked::Signature,
        PinName::Auth => Asked::UserAuthentication,
        PinName::Juki => Asked::Juki,
        PinName::InputAssist => Asked::InputAssist,
    }
}

pub(in super::super) fn run(office: &Office<'_>, arguments: &UnlockArguments) -> Result<(), Failure> {
    let wanted: Vec<Asked> = arguments.pins.iter().copied().map(asked_of).collect();
    // In the published order, each once.
    let wanted: Vec<Asked> = Asked::ALL.into_iter().filter(|asked| wanted.contains(asked)).collect();
    if let Some(matched) = arguments.kiosk {
        return kiosk(office, arguments, &wanted, matched);
    }
    let mut store = office.store()?;
    let case = store.case(arguments.case).map_err(|error| of_store(&error))?;
    let birth = store.resident(arguments.case).map_err(|error| of_store(&error))?.birth_date;
    let identity = visit::identify(office, &arguments.visit, &case)?;
    let by = office.by(Actor::Municipality)?;
    let mut terminal = Terminal::open(office)?;
    let resumed = case.state == State::Resetting;
    let done = if resumed {
        let at = At::<Resetting>::of(case)?;
        refuse_unasked(at.plan(store.as_mut())?, &wanted)?;
        terminal.expect(at.case().card)?;
        // The same command asks for the same PINs, so that a program's lines fall to the PINs that they fell to before; what
        // is open is among them, named or not.
        let asked = |asked: &Asked| wanted.contains(asked) || at.open_pins().contains(asked);
        let pins = entry::ask(office, &arguments.entry, Asked::ALL.into_iter().filter(asked), birth)?;
        let mut desk = Desk { store: store.as_mut(), issuer: &mut terminal.issuer, by: &by };
        at.resume_reset(&identity, &pins, &mut desk)
    } else {
        let at = At::<HandedOver>::of(case)?;
        refuse_unasked(at.plan(store.as_mut())?, &wanted)?;
        terminal.expect(at.case().card)?;
        let pins = entry::ask(office, &arguments.entry, wanted.into_iter(), birth)?;
        let mut desk = Desk { store: store.as_mut(), issuer: &mut terminal.issuer, by: &by };
        at.reset_pins(&identity, &pins, &mut desk)
    };
    office.run.print(&Standing::of(done?.case()))
}

/// Nobody types a PIN that the card has no use for.
fn refuse_unasked(plan: Plan, wanted: &[Asked]) -> Result<(), Failure> {
    match wanted.iter().find(|asked| !plan.asks(**asked)) {
        None => Ok(()),
        Some(asked) => {
            let name = words::of_asked(*asked);
            Err(Failure::new(
                Exit::StepRefused,
                say!(
                    "this card has no use for the {name}: its signature certificate was destroyed",
                    "署名用電子証明書がないため、{name}は設定できません"
                ),
            ))
        }
    }
}

/// コンビニ: the PIN of the other certificate says that the holder is there.
fn kiosk(
    office: &Office<'_>,
    arguments: &UnlockArguments,
    wanted: &[Asked],
    matched: UnixTime,
) -> Result<(), Failure> {
    let mut store = office.store()?;
    let by = office.by(Actor::ConvenienceStore)?;
    let case = store.case(arguments.case).map_err(|error| of_store(&error))?;
    let birth = store.resident(arguments.case).map_err(|error| of_store(&error))?.birth_date;
    let at = match case.state {
        State::Resetting => Unlocking::Begun(At::of(case)?),
        _ => Unlocking::Not(At::of(case)?),
    };
    let mut terminal = Terminal::open(office)?;
    terminal.expect(at.case().card)?;
    let (known, pin) = at_kiosk(office, arguments, wanted, birth, &mut terminal)?;
    let mut desk = Desk { store: store.as_mut(), issuer: &mut terminal.issuer, by: &by };
    let done = match at {
        Unlocking::Not(at) => at.reset_at_kiosk(&known, matched, pin, &mut desk),
        Unlocking::Begun(at) => at.resume_at_kiosk(&known, matched, pin, &mut desk),
    };
    office.run.print(&Standing::of(done?.case()))
}

/// Whether the PINs of a case were begun to be set anew.
enum Unlocking {
    Not(At<HandedOver>),
    Begun(At<Resetting>),
}

impl Unlocking {
    const fn case(&self) -> &Case {
        match self {
            Self::Not(at) => at.case(),
            Self::Begun(at) => at.case(),
        }
    }
}

/// The PIN that is known, which the card says is right, and the one to be set.
fn at_kiosk(
    office: &Office<'_>,
    arguments: &UnlockArguments,
    wanted: &[Asked],
    birth: Date,
    terminal: &mut Terminal,
) -> Result<(Known, KioskPin), Failure> {
    let mut prompts = office.run.pin_entry()?;
    let [asked] = wanted else { return Err(one_of_two()) };
    match asked {
        Asked::Signature => {
            let other = words::of_asked(Asked::UserAuthentication);
            let pin = office.run.ask(&mut prompts, other, FourDigitPin::parse)?;
            let known = Known::user_authentication(&mut terminal.card(), &pin)?;
            let parse = SignaturePassword::parse;
            let new = entry::one(office, &arguments.entry, &mut prompts, *asked, birth, parse)?;
            Ok((known, KioskPin::Signature(new)))
        }
        Asked::UserAuthentication => {
            let other = words::of_asked(Asked::Signature);
            let password = office.run.ask(&mut prompts, other, SignaturePassword::parse)?;
            let known = Known::signature(&mut terminal.card(), &password)?;
            let parse = FourDigitPin::parse;
            let new = entry::one(office, &arguments.entry, &mut prompts, *asked, birth, parse)?;
            Ok((known, KioskPin::UserAuthentication(new)))
        }
        Asked::Juki | Asked::InputAssist => Err(one_of_two()),
    }
}

fn one_of_two() -> Failure {
    Failure::new(
        Exit::StepRefused,
        say!(
            "at a convenience store the signature password or the user-authentication PIN is set anew, one at a time",
            "コンビニでは署名用パスワードまたは利用者証明用暗証番号を1つずつ再設定できます"
        ),
    )
    .advise(say!("the others: at the window, without --kiosk", "その他は窓口で（--kiosk なし）"))
}

pub(in super::super) fn switch(office: &Office<'_>, arguments: &SwitchArguments) -> Result<(), Failure> {
    let mut store = office.store()?;
    let case = store.case(arguments.case).map_err(|error| of_store(&error))?;
    let birth = store.resident(arguments.case).map_err(|error| of_store(&error))?.birth_date;
    let identity = visit::identify(office, &arguments.visit, &case)?;
    let by = office.by(Actor::Municipality)?;
    let mut terminal = Terminal::open(office)?;
    terminal.expect(case.card)?;
    let resumed = case.state == State::Switching;
    let pins = match arguments.to {
        SwitchTo::Off => None,
        SwitchTo::On => {
            let certificates = store.certificates(case.number).map_err(|error| of_store(&error))?;
            let plan = Plan::of(&certificates);
            Some(entry::ask(office, &arguments.entry, plan.asked(), birth)?)
        }
    };
    let mut desk = Desk { store: store.as_mut(), issuer: &mut terminal.issuer, by: &by };
    let done = match (resumed, pins) {
        (false, None) => here(case)?.take_pins_off(&identity, &mut desk),
        (false, Some(pins)) => here(case)?.put_pins_on(&identity, &pins, &mut desk),
        (true, None) => begun(case)?.resume_taking_off(&identity, &mut desk),
        (true, Some(pins)) => begun(case)?.resume_putting_on(&identity, &pins, &mut desk),
    };
    office.run.print(&Standing::of(done?.case()))
}

fn here(case: Case) -> Result<At<HandedOver>, Failure> {
    At::of(case).map_err(Failure::from)
}

fn begun(case: Case) -> Result<At<Switching>, Failure> {
    At::of(case).map_err(Failure::from)
}
