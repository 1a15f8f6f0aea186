//! How do I issue cards to a hundred residents, from the application to the card in the holder's hand?
//!
//! `cargo run --release --example issue_100_residents [HOW_MANY]`: with simulated people, cards and a test authority. Six
//! RSA keys for each card are most of the work.
#![expect(clippy::print_stdout, reason = "an example talks to people")]

use std::error::Error;

use examples::office::{Office, by, people, today};
use mynumber::OwnCertificate;
use mynumber::applet::pin::reference;
use mynumber::crypto::digest::sha256;
use mynumber::driver::{Card, Input};
use mynumber::issuance::Person;
use mynumber::issuance::desk::pins::{NewPins, entered_twice};
use mynumber::issuance::desk::stage::Identified;
use mynumber::issuance::desk::{At, Desk};
use mynumber::issuance::issuer::AssumedIssuer;
use mynumber::issuance::notice::{Plan, Rate};
use mynumber::issuance::store::Store;
use mynumber::transport::InProcess;

fn main() -> Result<(), Box<dyn Error>> {
    let count = std::env::args().nth(1).map_or(Ok(100), |text| text.parse())?;
    let folder = tempfile::tempdir()?;
    let mut office = Office::new(folder.path())?;
    let people = people(count)?;

    office.apply(&people)?;
    println!("applications registered: {count}");
    office.make_cards(&people, |made| {
        if made.is_multiple_of(10) || made == count {
            println!("cards made:              {made}");
        }
    })?;
    office.receive(&people)?;
    println!("issuance list:           agrees with cards and notices");
    for (number, person) in (1..).zip(&people) {
        office.prepare(number, person)?;
    }
    println!("set up:                  every chip proved, and compared with its record");
    send_notices(&mut office, count)?;
    for (number, person) in (1..).zip(&people) {
        office.identify(number)?;
        deliver(&mut office, number, person)?;
    }
    for (state, cases) in office.store.counts()? {
        println!("cases:                   {cases} {}", state.name());
    }
    println!("audit log:               {} records, unbroken", office.store.verify_audit(None)?.number);
    Ok(())
}

/// Twenty notices a day from Monday to Friday, so that the counter is not overrun.
fn send_notices(office: &mut Office, count: u64) -> Result<(), Box<dyn Error>> {
    let cases: Vec<u64> = (1..=count).collect();
    let plan = Plan::spread(&cases, today(30)?, &Rate::weekdays(20))?;
    for batch in plan.batches() {
        for number in &batch.cases {
            let version = office.store.case(*number)?.version;
            office.store.send_notice(*number, version, batch.deadline, &by(30)?)?;
        }
    }
    // Of a hundred that got their notice, so many come on the first day after it, the second, ...
    if let Some((day, people)) = plan.load(&[5, 20, 15, 10, 5], &[]).peak() {
        println!(
            "notices:                 on {} days; most people, {people}, on {day}",
            plan.batches().len()
        );
    }
    Ok(())
}

/// PINs and hand-over; then the holder logs in with the card, so that something was done with it.
fn deliver(office: &mut Office, number: u64, person: &Person) -> Result<(), Box<dyn Error>> {
    let slot = office.slot(person)?;
    let mut terminal =
        AssumedIssuer::new(InProcess::new(slot.clone()), office.master(), mynumber::system_random());
    let pins = NewPins::default()
        .signature(entered_twice("EXAMPLE9", "EXAMPLE9")?)
        .user_authentication(entered_twice("4826", "4826")?)
        .juki(entered_twice("3371", "3371")?)
        .input_assist(entered_twice("9157", "9157")?);
    let by = by(40)?;
    let identified = At::<Identified>::open(&mut office.store, number)?;
    let set =
        identified.set_pins(&pins, &mut Desk { store: &mut office.store, issuer: &mut terminal, by: &by })?;
    set.hand_over(&mut office.store, &by)?;

    let mut card = Card::new(InProcess::new(slot));
    let attributes = card.attributes(&entered_twice("9157", "9157")?)?;
    if attributes.view()?.name() != person.name {
        return Err("the card is somebody else's".into());
    }
    let challenge = Input::sha256(&sha256(&[b"a challenge"]));
    let pin = entered_twice("4826", "4826")?;
    // Checked against the card's own certificate before it is returned; log_in.rs shows what a service checks.
    card.sign::<reference::UserAuthentication>(&pin, &challenge, &OwnCertificate)?;
    Ok(())
}
