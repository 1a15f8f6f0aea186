//! A reader driver that sends what is no frame to a card that is plugged in.

use std::io::{Read, Write};
use std::net::Shutdown;

use mynumber::Slot;
use mynumber_transport::vpcd::{Plugged, plug};

use super::model::App;
use crate::dice::Dice;
use crate::torture::driver_end::{Port, Wire};
use crate::torture::{Made, Part, Plan, ensure};
use crate::virtual_card::{self, REFERENCES};

/// Cards that are served at the same time: each connection is made after a pause.
const CARDS: usize = 24;

/// After each malformed frame the card comes back, answers, and has lost no try.
pub(super) fn run(plan: &Plan, part: &mut Part) {
    let seeds: Vec<u64> = (0..plan.count(1_200, 48)).map(|index| plan.seed.wrapping_add(index)).collect();
    part.each_on(CARDS, &seeds, || {
        let mut driver = Driver::start();
        move |seed: &u64, part: &mut Part| {
            let outcome = match &mut driver {
                Ok(driver) => driver.case(*seed),
                Err(error) => Err(error.to_string()),
            };
            part.case(outcome.map_err(|told| format!("seed {seed}: {told}")));
        }
    });
}

/// The driver's end of the connection, and a handle to the card.
struct Driver {
    port: Port,
    slot: Slot,
    _plugged: Plugged<Slot>,
}

impl Driver {
    fn start() -> Made<Self> {
        let port = Port::open()?;
        let slot = Slot::new(virtual_card::card());
        let plugged = plug(slot.clone(), port.address()?)?;
        Ok(Self { port, slot, _plugged: plugged })
    }

    /// A good beginning, then what is no frame.
    fn case(&mut self, seed: u64) -> Result<(), String> {
        let mut wire = self.port.accept().map_err(|error| format!("the card did not come back: {error}"))?;
        self.greet(&mut wire).map_err(|error| format!("the card does not answer: {error}"))?;
        // The card may end the connection while this is written.
        let _ = wire.0.write_all(&malformed(&mut Dice::new(seed)));
        let _ = wire.0.shutdown(Shutdown::Write);
        let _ = wire.0.read_to_end(&mut Vec::new());
        let kept = REFERENCES.iter().all(|(pin, _, limit)| self.slot.card().tries_left(*pin) == Some(*limit));
        ensure(kept, || "a try was lost".to_owned())
    }

    fn greet(&self, wire: &mut Wire) -> Made<()> {
        let atr = wire.power_on()?;
        if atr != self.slot.card().atr() {
            return Err(format!("the answer to reset is {atr:02X?}").into());
        }
        let select = [&[0x00, 0xA4, 0x04, 0x0C, 0x0A][..], App::Jpki.name()].concat();
        match wire.exchange(&select)?.as_slice() {
            [0x90, 0x00] => Ok(()),
            other => Err(format!("SELECT is answered by {other:02X?}").into()),
        }
    }
}

fn malformed(dice: &mut Dice) -> Vec<u8> {
    match dice.below(7) {
        0 => vec![0, 0],
        1 => vec![0, 1, dice.pick(&[3, 5, 0x7F, 0xFF])],
        2 => vec![0xFF],
        3 => [&[0xFF, 0xFF][..], &dice.bytes(300)].concat(),
        4 => [&[0, 9][..], &dice.bytes(8)].concat(),
        5 => vec![0, 4, 0x00, 0x20, 0x00],
        _ => {
            let length = 1 + dice.below(600);
            dice.bytes(length)
        }
    }
}
