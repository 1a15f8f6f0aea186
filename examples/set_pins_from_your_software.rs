//! How does my issuance software set the PINs of a card?
//!
//! `set_pins` below is all of it: the store, the terminal and the two prompts are yours. Everything before it only brings a
//! simulated applicant to the counter. `cargo run --example set_pins_from_your_software`
#![expect(clippy::print_stdout, reason = "an example talks to people")]

use std::error::Error;

use examples::office::{Office, by, people, today};
use mynumber::driver::Card;
use mynumber::issuance::desk::pins::{Asked, NewPins, advice, entered_twice};
use mynumber::issuance::desk::stage::Identified;
use mynumber::issuance::desk::{At, Desk, Standing};
use mynumber::issuance::issuer::{AssumedIssuer, Issuer};
use mynumber::issuance::store::{By, Store};
use mynumber::transport::InProcess;
use zeroize::Zeroizing;

/// What your software does when the applicant was identified and the card lies in the reader.
fn set_pins(
    case: u64,
    store: &mut dyn Store,
    terminal: &mut dyn Issuer,
    by: &By,
    mut ask: impl FnMut(Asked) -> [Zeroizing<String>; 2],
) -> Result<(), Box<dyn Error>> {
    let identified = At::<Identified>::open(store, case)?;
    let birth = store.resident(case)?.birth_date;
    let mut pins = NewPins::default();
    // The signature password is not asked when its certificate was destroyed; the three others always are.
    for asked in identified.plan(store)?.asked() {
        let [first, second] = ask(asked);
        let four_digits = || entered_twice(&first, &second);
        pins = match asked {
            Asked::Signature => pins.signature(entered_twice(&first, &second)?),
            Asked::UserAuthentication => pins.user_authentication(four_digits()?),
            Asked::Juki => {
                let pin = four_digits()?;
                advice(&pin, &[birth]).iter().for_each(|advice| println!("advice:   {}", advice.english()));
                pins.juki(pin)
            }
            Asked::InputAssist => pins.input_assist(four_digits()?),
        };
    }
    match identified.set_pins(&pins, &mut Desk { store, issuer: terminal, by }) {
        Ok(set) => set.hand_over(store, by).map(|_| ())?,
        Err(error) if matches!(error.standing(), Standing::Unfinished(_)) => {
            println!("lay the card on the reader again: resume_pins or roll_back of At<SettingPins>");
            return Err(error.into());
        }
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let mut office = Office::new(folder.path())?;
    let people = people(1)?;
    let applicant = people.first().ok_or("somebody")?;
    office.apply(&people)?;
    office.make_cards(&people, |_| ())?;
    office.receive(&people)?;
    office.prepare(1, applicant)?;
    let version = office.store.case(1)?.version;
    office.store.send_notice(1, version, today(120)?, &by(30)?)?;
    office.identify(1)?;

    let slot = office.slot(applicant)?;
    let mut terminal =
        AssumedIssuer::new(InProcess::new(slot.clone()), office.master(), mynumber::system_random());
    // Yours is a hidden prompt, asked twice.
    let typed = |asked| match asked {
        Asked::Signature => "EXAMPLE9",
        Asked::UserAuthentication => "4826",
        Asked::Juki => "1234",
        Asked::InputAssist => "9157",
    };
    let ask = |asked: Asked| {
        println!("asked:    {}", asked.row().japanese);
        [typed(asked), typed(asked)].map(|text| Zeroizing::new(text.to_owned()))
    };
    set_pins(1, &mut office.store, &mut terminal, &by(40)?, ask)?;

    println!("case 1:   {}", office.store.case(1)?.state.name());
    for counter in Card::new(InProcess::new(slot)).counters()? {
        println!("{:?}: {:?}", counter.pin, counter.tries);
    }
    Ok(())
}
