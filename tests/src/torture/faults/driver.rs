//! Faults at every exchange of every operation of the driver, in process.

use mynumber_apdu::Command;
use mynumber_applet::pin::{FourDigitPin, reference};
use mynumber_applet::{ApplicationId, PinId};
use mynumber_driver::{Card, Error, ErrorKind, Fault as Blame, Input, Object};
use mynumber_transport::{
    CardSide as _, Disposition, Error as WireError, Fault, Faulty, InProcess, PowerEvent, Reply, Transport,
    When,
};
use mynumber_virtual_card::Quirks;

use super::{is_honest, kinds, most_lost};
use crate::host::{
    Driver, Gained, InsertedCard, KnownKey, NEW_PIN, OPERATIONS, Operation, PIN, four_digits, inserted,
    is_locked, tries_left,
};
use crate::torture::{Made, Part, Plan, ensure};

/// Four digits that are no PIN of the sample.
const WRONG_PIN: &str = "9999";

type Wire = Faulty<LogOut>;

/// One fault at one exchange of one operation.
struct Case {
    operation: Operation,
    at: usize,
    last: bool,
    fault: Fault,
    gained: Vec<u8>,
}

impl Case {
    fn place(&self) -> String {
        format!("{}, `{}` at exchange {}", self.operation.name, self.fault, self.at)
    }
}

/// The operations with the right PIN.
pub(super) fn run(plan: &Plan, part: &mut Part) -> Made<()> {
    let mut cases = Vec::new();
    for operation in OPERATIONS {
        let (gained, wire) = performed(plan, &operation, None)?;
        let gained = gained.map_err(|error| format!("{}: {error}", operation.name))?;
        let exchanges = wire.exchanges();
        for fault in kinds(plan) {
            for at in 0..exchanges {
                let last = at + 1 == exchanges;
                cases.push(Case { operation, at, last, fault: fault.clone(), gained: gained.clone() });
            }
        }
    }
    let full = tries_left(inserted(Quirks::default()).map_err(|error| error.to_string())?.card());
    part.each(&cases, || {
        |case: &Case, part: &mut Part| part.guarded(&case.place(), || one_case(plan, case, &full))
    });
    Ok(())
}

/// The log-out may be swallowed on purpose: the planted fault.
struct LogOut {
    inner: InProcess<InsertedCard>,
    swallowed: bool,
}

impl Transport for LogOut {
    fn transmit(&mut self, command: &Command<'_>, reply: &mut Reply) -> Result<(), WireError> {
        let manager = mynumber_applet::rows::card_manager::AID.0;
        if self.swallowed && command.data() == manager {
            reply.set(&[0x90, 0x00]);
            return Ok(());
        }
        self.inner.transmit(command, reply)
    }

    fn begin(&mut self) -> Result<(), WireError> {
        self.inner.begin()
    }

    fn end(&mut self, disposition: Disposition) -> Result<(), WireError> {
        self.inner.end(disposition)
    }

    /// Connects anew without a reset of any kind: the worst case, verified states stay.
    fn reconnect(&mut self) -> Result<(), WireError> {
        Ok(())
    }

    fn atr(&self) -> &[u8] {
        self.inner.atr()
    }
}

fn performed(plan: &Plan, operation: &Operation, fault: Option<(usize, Fault)>) -> Made<(Gained, Wire)> {
    let inner = inserted(Quirks::default()).map_err(|error| error.to_string())?;
    let mut wire = Faulty::new(LogOut { inner, swallowed: plan.planted }, fault);
    let gained = perform(operation, &mut wire);
    Ok((gained, wire))
}

fn perform(operation: &Operation, wire: &mut Wire) -> Gained {
    let mut card: Driver<'_> = Card::new(wire);
    (operation.run)(&mut card)
}

fn one_case(plan: &Plan, case: &Case, full: &[(PinId, Option<u8>)]) -> Result<(), String> {
    let fault = Some((case.at, case.fault.clone()));
    let (gained, mut wire) = performed(plan, &case.operation, fault).map_err(|error| error.to_string())?;
    outcome_is_right(case, &gained)?;
    tries_are_right(case, &gained, wire.inner_mut().inner.card(), full)?;
    // A card that says it has logged out and has not cannot be found out.
    let feigned = case.last && matches!(case.fault, Fault::Repeat(When::BeforeDelivery));
    if !feigned {
        let locked = is_locked(wire.inner_mut().inner.card_mut(), case.operation.last);
        ensure(locked, || format!("something is unlocked after {gained:?}"))?;
    }
    // The next run, of a program that connects anew.
    wire.inner_mut().inner.card_mut().power(PowerEvent::Off);
    wire.inner_mut().inner.card_mut().power(PowerEvent::On);
    wire.reconnect().map_err(|error| error.to_string())?;
    next_run_works(case, &mut wire)
}

fn outcome_is_right(case: &Case, gained: &Gained) -> Result<(), String> {
    match gained {
        Ok(bytes) if is_honest(&case.fault) => {
            ensure(*bytes == case.gained, || "it gave something else than without the fault".to_owned())?;
            // A card that lost its power or was reset before anything was unlocked may be asked again.
            // One that is gone at the log-out is locked.
            let hidden = matches!(&case.fault, Fault::Fail(WireError::CardRemoved | WireError::Timeout, _));
            ensure(!hidden || case.last, || "it kept the failure to itself".to_owned())
        }
        // What was read is what the card said: reading is not trusting. A signature was checked.
        Ok(bytes) => ensure(case.operation.name != "signature" || *bytes == case.gained, || {
            "another signature was handed out".to_owned()
        }),
        Err(error) => error_is_right(case, error),
    }
}

fn error_is_right(case: &Case, error: &Error) -> Result<(), String> {
    let text = format!("{error} {error:?}");
    ensure(!text.contains(PIN) && !text.contains(NEW_PIN), || format!("a PIN in the error: {text}"))?;
    let step = format!("(while {} {})", error.step(), error.object());
    ensure(text.contains(&step), || format!("the error does not name its step: {text}"))?;
    ensure(!matches!(case.fault, Fault::Delay(_)), || format!("a delay is no failure: {text}"))?;
    let lost = matches!(&case.fault, Fault::Fail(error, _) if *error != WireError::CardReset);
    ensure(!lost || error.fault() == Blame::Unreachable, || format!("it blames {:?}: {text}", error.fault()))
}

fn tries_are_right(
    case: &Case,
    gained: &Gained,
    card: &InsertedCard,
    full: &[(PinId, Option<u8>)],
) -> Result<(), String> {
    let now = tries_left(card);
    for ((pin, left), (_, full)) in now.iter().zip(full) {
        let lost = full.unwrap_or_default().saturating_sub(left.unwrap_or_default());
        ensure(lost <= most_lost(&case.fault), || format!("{lost} tries of {pin:?} lost: {gained:?}"))?;
    }
    told_tries_are_true(&case.fault, gained, &now)
}

/// What the host says of the tries is what the card's own ledger says, unless the card's answer was spoilt.
fn told_tries_are_true(fault: &Fault, gained: &Gained, ledger: &[(PinId, Option<u8>)]) -> Result<(), String> {
    let Err(error) = gained else { return Ok(()) };
    let (Some(told), Object::Pin(about)) = (error.tries_left(), error.object()) else { return Ok(()) };
    let true_one = ledger.iter().find(|(pin, _)| *pin == about).and_then(|(_, left)| *left);
    ensure(!is_honest(fault) || true_one == Some(told), || {
        format!("{told} tries of {about:?} told, the card has {true_one:?}: {error}")
    })
}

/// The same again, or, where a PIN was to be changed, from whichever of the two values holds now.
fn next_run_works(case: &Case, wire: &mut Wire) -> Result<(), String> {
    let again = match case.operation.name {
        "PIN change" | "juki PIN change" => back_again(wire, case.operation.last),
        _ => match perform(&case.operation, wire) {
            Ok(bytes) if bytes == case.gained => Ok(()),
            other => Err(format!("{other:?}")),
        },
    };
    again.map_err(|told| format!("the next run does not work: {told}"))
}

/// Changes the PIN to the new value, or back to the old one, or finishes what was half done.
fn back_again(wire: &mut Wire, last: ApplicationId) -> Result<(), String> {
    let (Ok(old), Ok(new)) = (four_digits(PIN), four_digits(NEW_PIN)) else {
        return Err("the PINs have another form".to_owned());
    };
    if last != ApplicationId::Juki {
        let mut change = |from, to| {
            let mut card: Driver<'_> = Card::new(wire);
            card.change_pin_spending_the_last_try::<reference::InputAssist>(from, to)
        };
        let done = change(&old, &new).or_else(|_| change(&new, &old));
        return done.map_err(|error| format!("neither value can be changed: {error}"));
    }
    // Each time a program of its own, which remembers nothing. A card that told the truth of one reference and not of
    // the other leaves them with different values: the second is then brought to the first.
    let mut change = |finish: bool, from, to| {
        let mut card: Driver<'_> = Card::new(wire);
        match finish {
            false => card.change_juki_pin_spending_the_last_try(from, to),
            true => card.finish_juki_change_spending_the_last_try(PinId::Juki, from, to),
        }
    };
    let done = change(false, &old, &new)
        .or_else(|_| change(false, &new, &old))
        .or_else(|_| change(true, &old, &new))
        .or_else(|_| change(true, &new, &old));
    done.map_err(|error| format!("the juki PIN can neither be changed nor be finished: {error}"))
}

/// Operations with a wrong PIN, each of which may cost one try and no more.
const WRONG: [Operation; 3] = [
    Operation {
        name: "attributes with a wrong PIN, twice",
        last: ApplicationId::InputAssist,
        run: |card| twice(card, |card| card.attributes(&wrong()).map(|read| read.bytes().to_vec())),
    },
    Operation {
        name: "authentication with a wrong PIN, twice",
        last: ApplicationId::Jpki,
        run: |card| {
            twice(card, |card| {
                let input = Input::sha256(&[1; 32]);
                let signed = card.sign::<reference::UserAuthentication>(&wrong(), &input, &KnownKey);
                signed.map(|signature| signature.value().to_vec())
            })
        },
    },
    Operation {
        name: "PIN change with a wrong PIN, twice",
        last: ApplicationId::InputAssist,
        run: |card| {
            twice(card, |card| {
                let new = new_pin();
                card.change_pin::<reference::InputAssist>(&wrong(), &new).map(|()| Vec::new())
            })
        },
    },
];

#[expect(clippy::expect_used, reason = "a constant of this bench")]
fn wrong() -> FourDigitPin {
    four_digits(WRONG_PIN).expect("four digits")
}

#[expect(clippy::expect_used, reason = "a constant of this bench")]
fn new_pin() -> FourDigitPin {
    four_digits(NEW_PIN).expect("four digits")
}

/// A caller that tries the same again whatever came of it.
fn twice(card: &mut Driver<'_>, act: impl Fn(&mut Driver<'_>) -> Gained) -> Gained {
    let first = act(card);
    match act(card) {
        Err(error) if *error.kind() == ErrorKind::RefusedBefore => first,
        second => second,
    }
}

/// A wrong PIN costs one try at most, whatever fails and however often the caller repeats it.
pub(super) fn wrong_pins(plan: &Plan, part: &mut Part) -> Made<()> {
    let mut cases = Vec::new();
    for operation in WRONG {
        let (_, wire) = performed(plan, &operation, None)?;
        // PC/SC tells of a reset before it sends anything: a command that was carried out has another failure.
        let impossible = Fault::Fail(WireError::CardReset, When::AfterDelivery);
        for fault in kinds(plan).into_iter().filter(|fault| *fault != impossible) {
            cases.extend((0..wire.exchanges()).map(|at| Case {
                operation,
                at,
                last: false,
                fault: fault.clone(),
                gained: Vec::new(),
            }));
        }
    }
    part.each(&cases, || {
        |case: &Case, part: &mut Part| part.guarded(&case.place(), || one_wrong_pin(plan, case))
    });
    Ok(())
}

fn one_wrong_pin(plan: &Plan, case: &Case) -> Result<(), String> {
    let full = tries_left(inserted(Quirks::default()).map_err(|error| error.to_string())?.card());
    let fault = Some((case.at, case.fault.clone()));
    let (gained, wire) = performed(plan, &case.operation, fault).map_err(|error| error.to_string())?;
    let feigned = !is_honest(&case.fault);
    ensure(gained.is_err() || feigned, || "a wrong PIN was accepted".to_owned())?;
    let now = tries_left(wire.inner().inner.card());
    let spent = |((_, now), (_, full)): (&(_, Option<u8>), &(PinId, Option<u8>))| {
        full.unwrap_or_default().saturating_sub(now.unwrap_or_default())
    };
    let lost: Vec<u8> = now.iter().zip(&full).map(spent).collect();
    // Where an answer is spoilt, the host may believe that the PIN was not looked at yet, once.
    let most = if feigned { 2 } else { 1 };
    ensure(lost.iter().all(|lost| *lost <= most), || format!("tries lost {lost:?}: {gained:?}"))?;
    told_tries_are_true(&case.fault, &gained, &now)
}
