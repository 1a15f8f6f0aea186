//! A card for the tests of this crate: a closure and a list of what its power did.

use crate::{CardSide, PowerEvent};

pub(crate) struct TestCard<F> {
    answer: F,
    pub(crate) seen: Vec<Vec<u8>>,
    pub(crate) power: Vec<PowerEvent>,
}

pub(crate) fn card<F: FnMut(&[u8]) -> Option<Vec<u8>>>(answer: F) -> TestCard<F> {
    TestCard { answer, seen: Vec::new(), power: Vec::new() }
}

/// Answers every command with its instruction byte and 9000.
pub(crate) fn echo() -> TestCard<impl FnMut(&[u8]) -> Option<Vec<u8>>> {
    card(|command: &[u8]| Some(vec![command[1], 0x90, 0x00]))
}

impl<F: FnMut(&[u8]) -> Option<Vec<u8>>> CardSide for TestCard<F> {
    fn respond(&mut self, command: &[u8]) -> Option<Vec<u8>> {
        self.seen.push(command.to_vec());
        (self.answer)(command)
    }

    fn power(&mut self, event: PowerEvent) {
        self.power.push(event);
    }

    fn atr(&self) -> Vec<u8> {
        vec![0x3B, 0x80, 0x01, 0x81]
    }
}
