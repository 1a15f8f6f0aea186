//! A reader driver that sends what is no frame to a card that is plugged in.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use mynumber::Slot;
use mynumber_transport::vpcd::{Plugged, plug};

use super::model::App;
use crate::dice::Dice;
use crate::torture::{Made, Part, Plan, ensure};
use crate::virtual_card::{self, REFERENCES};

/// Cards that are served at the same time: each connection is made after a pause.
const CARDS: usize = 24;
const PATIENCE: Duration = Duration::from_secs(20);

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
    listener: TcpListener,
    slot: Slot,
    _plugged: Plugged<Slot>,
}

impl Driver {
    fn start() -> Made<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let slot = Slot::new(virtual_card::card());
        let plugged = plug(slot.clone(), listener.local_addr()?)?;
        Ok(Self { listener, slot, _plugged: plugged })
    }

    fn accept(&self) -> Made<TcpStream> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.listener.accept() {
                Ok((stream, _)) => {
                    stream.set_nonblocking(false)?;
                    stream.set_read_timeout(Some(PATIENCE))?;
                    return Ok(stream);
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock && Instant::now() < deadline => {
                    std::thread::sleep(Duration::from_millis(5));
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// A good beginning, then what is no frame.
    fn case(&mut self, seed: u64) -> Result<(), String> {
        let mut stream = self.accept().map_err(|error| format!("the card did not come back: {error}"))?;
        self.greet(&mut stream).map_err(|error| format!("the card does not answer: {error}"))?;
        // The card may end the connection while this is written.
        let _ = stream.write_all(&malformed(&mut Dice::new(seed)));
        let _ = stream.shutdown(Shutdown::Write);
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest);
        let kept = REFERENCES.iter().all(|(pin, _, limit)| self.slot.card().tries_left(*pin) == Some(*limit));
        ensure(kept, || "a try was lost".to_owned())
    }

    fn greet(&self, stream: &mut TcpStream) -> Made<()> {
        stream.write_all(&[0, 1, 1, 0, 1, 4])?;
        let atr = answer(stream)?;
        if atr != self.slot.card().atr() {
            return Err(format!("the answer to reset is {atr:02X?}").into());
        }
        let select = [&[0, 15, 0x00, 0xA4, 0x04, 0x0C, 0x0A][..], App::Jpki.name()].concat();
        stream.write_all(&select)?;
        match answer(stream)?.as_slice() {
            [0x90, 0x00] => Ok(()),
            other => Err(format!("SELECT is answered by {other:02X?}").into()),
        }
    }
}

fn answer(stream: &mut TcpStream) -> Made<Vec<u8>> {
    let mut length = [0; 2];
    stream.read_exact(&mut length)?;
    let mut bytes = vec![0; u16::from_be_bytes(length).into()];
    stream.read_exact(&mut bytes)?;
    Ok(bytes)
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
