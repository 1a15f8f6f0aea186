//! Injected faults: every kind at every exchange of every operation of the driver and of every command of the command
//! line. The run is exhaustive; its size is in the table.

mod commands;
mod desk;
mod driver;

use std::time::Duration;

use mynumber_apdu::StatusWord;
use mynumber_transport::{Error, Fault, When};

use super::{Family, Made, Plan, Tally};

/// The family.
pub const FAMILY: Family = Family {
    name: "faults",
    about: "every kind of fault at every exchange of every driver operation and command",
    planted: "a log-out that does not reach the card; a command that leaves half an output behind",
    run,
};

fn run(plan: &Plan, tally: &mut Tally) -> Made<()> {
    tally.part("driver operations", |part| driver::run(plan, part))?;
    tally.part("wrong PINs", |part| driver::wrong_pins(plan, part))?;
    tally.part("commands, as processes", |part| commands::run(plan, part))?;
    tally.part("desk commands, as processes", |part| desk::run(plan, part))
}

/// The ten kinds, those that come before and after the command has reached the card apart, and several of each of the
/// others.
fn kinds(plan: &Plan) -> Vec<Fault> {
    let failures = [Error::CardRemoved, Error::CardReset, Error::CardUnpowered, Error::Timeout];
    let both = [When::BeforeDelivery, When::AfterDelivery];
    let mut kinds: Vec<Fault> = failures
        .into_iter()
        .flat_map(|error| both.map(|when| Fault::Fail(error.clone(), when)))
        .chain(both.map(Fault::Repeat))
        .collect();
    if plan.small {
        kinds.truncate(3);
        kinds.push(Fault::Status(StatusWord(0x6F00)));
        return kinds;
    }
    kinds.extend([0, 1, 2, 3].map(Fault::Truncate));
    kinds.extend([1, 2, 300].map(Fault::Extend));
    let words = [0x9000, 0x6F00, 0x6982, 0x6A82, 0x6283, 0x6104, 0x6C04, 0x63C1, 0x63C0, 0x6984, 0x6300];
    kinds.extend(words.map(|word| Fault::Status(StatusWord(word))));
    kinds.push(Fault::Delay(Duration::from_millis(2)));
    kinds.extend([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 41, 1002].map(Fault::FlipBit));
    kinds
}

/// Whether nothing of a spoilt reply reached the host: the failure alone did, or the reply as it was, only later.
const fn is_honest(fault: &Fault) -> bool {
    matches!(fault, Fault::Fail(..) | Fault::Delay(_))
}

/// How many tries a right PIN may cost. A card that pretends to have selected an application has the PIN sent to a
/// secret of another one, which no host can know.
const fn most_lost(fault: &Fault) -> u8 {
    match fault {
        Fault::Repeat(When::BeforeDelivery) => 1,
        _ => 0,
    }
}
