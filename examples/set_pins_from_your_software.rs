//! How does my issuance software set the PINs of a card?
//!
//! `set_pins` is all of it: store, terminal and prompt are yours. `cargo run --example set_pins_from_your_software`
#![expect(clippy::print_stdout, reason = "an example talks to people")]

use std::error::Error;

use examples::office::{Office, by};
use mynumber::driver::Card;
use mynumber::issuance::desk::pins::{Asked, NewPins};
use mynumber::issuance::desk::{At, Desk, stage::Identified};
use mynumber::issuance::issuer::AssumedIssuer;
use mynumber::issuance::store::Store;
use mynumber::transport::InProcess;

/// What somebody typed, wiped afterwards.
type Typed = zeroize::Zeroizing<String>;

/// What your software does when the applicant was identified and the card lies in the reader.
fn set_pins(case: u64, mut desk: Desk<'_>, ask: impl Fn(Asked) -> [Typed; 2]) -> Result<(), Box<dyn Error>> {
    let identified = At::<Identified>::open(desk.store, case)?;
    let birth = desk.store.resident(case)?.birth_date;
    let mut pins = NewPins::default();
    // The signature password is not asked when its certificate was destroyed; the three others always are.
    for asked in identified.plan(desk.store)?.asked() {
        let [first, second] = ask(asked);
        pins = pins.typed(asked, &first, &second)?;
        for advice in pins.advice(asked, &[birth]) {
            println!("advice:   {}", advice.english());
        }
    }
    // An error says where the case stands; what is unfinished is resumed, or rolled back, by `At<SettingPins>`.
    let set = identified.set_pins(&pins, &mut desk)?;
    set.hand_over(desk.store, desk.by)?;
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let (mut office, applicant) = Office::with_one_at_the_counter(folder.path())?;
    let slot = office.slot(&applicant)?;
    let mut terminal =
        AssumedIssuer::new(InProcess::new(slot.clone()), office.master(), mynumber::system_random());
    // Yours is a hidden prompt, asked twice.
    let ask = |asked: Asked| {
        println!("asked:    {}", asked.row().japanese);
        let pin = match asked {
            Asked::Signature => "EXAMPLE9",
            Asked::UserAuthentication => "4826",
            Asked::Juki => "1234",
            Asked::InputAssist => "9157",
        };
        [Typed::new(pin.to_owned()), Typed::new(pin.to_owned())]
    };
    set_pins(1, Desk { store: &mut office.store, issuer: &mut terminal, by: &by(40)? }, ask)?;
    println!("case 1:   {}", office.store.case(1)?.state.name());
    for counter in Card::new(InProcess::new(slot)).counters()? {
        println!("{:?}: {:?}", counter.pin, counter.tries);
    }
    Ok(())
}
