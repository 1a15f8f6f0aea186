//! Programs that use one card at the same time, each as if it were alone.

use std::collections::BTreeMap;

use mynumber::Slot;
use mynumber_transport::CardSide;

use super::model::App;
use crate::torture::{Part, Plan, ensure};
use crate::virtual_card;

const PROGRAMS: usize = 3;
const LIMIT: u8 = 5;
const WRONG: &[u8] = b"\x00\x20\x00\x9B\x06ABC124";

/// However the guesses of several programs meet, each counts once and no more than the limit are looked at.
pub(super) fn run(plan: &Plan, part: &mut Part) {
    let rounds: Vec<u64> = (0..plan.count(400, 20)).collect();
    part.each_on(1, &rounds, || {
        |round: &u64, part: &mut Part| part.case(one_round().map_err(|told| format!("round {round}: {told}")))
    });
}

fn one_round() -> Result<(), String> {
    let slot = Slot::new(virtual_card::card());
    let guesser = || {
        let mut slot = slot.clone();
        let name = App::Jpki.name();
        let select = [&[0x00, 0xA4, 0x04, 0x0C, 0x0A][..], name].concat();
        let _ = slot.respond(&select);
        (0..LIMIT).map(|_| slot.respond(WRONG).unwrap_or_default()).collect::<Vec<_>>()
    };
    let mut answers: BTreeMap<Vec<u8>, usize> = BTreeMap::new();
    std::thread::scope(|scope| {
        let programs: Vec<_> = (0..PROGRAMS).map(|_| scope.spawn(guesser)).collect();
        for answer in programs.into_iter().flat_map(|program| program.join().unwrap_or_default()) {
            *answers.entry(answer).or_default() += 1;
        }
    });
    let once = (0..LIMIT).all(|left| answers.get([0x63, 0xC0 | left].as_slice()) == Some(&1));
    let blocked = answers.get([0x69, 0x84].as_slice()).copied().unwrap_or_default();
    let all = usize::from(LIMIT) * PROGRAMS;
    ensure(once && blocked + usize::from(LIMIT) == all, || {
        format!("the guesses were answered {answers:02X?}")
    })
}
