//! The proof that a card is genuine, over the virtual card: host and card meet as bytes only.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use mynumber::applet::pin::{BirthDatePin, VerificationNumberA, VerificationNumberB};
use mynumber::crypto::cvc::Authority;
use mynumber::driver::Card;
use mynumber::genuine::{self, Error, GenuineCard, Proves, Terms};
use mynumber::issuance::person::{Person, built_in};
use mynumber::testing;
use mynumber::transport::{CardSide, InProcess, PowerEvent};
use mynumber::virtual_card::{Image, Quirks};
use mynumber::{Slot, applet};

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod session;

const NONCE: [u8; 32] = [0x5A; 32];

/// Proofs under the authority that issued the cards.
fn terms() -> Terms<'static> {
    Terms::new(testing::authorities(), NONCE, testing::ISSUED)
}

fn under<'a>(authorities: &'a [Authority<'a>]) -> Terms<'a> {
    Terms::new(authorities, NONCE, testing::ISSUED)
}

fn taro() -> Slot {
    testing::slot("taro", &Quirks::default())
}

fn hanako() -> Slot {
    testing::slot("hanako", &Quirks::default())
}

fn person(id: &str) -> Person {
    built_in::find(id).unwrap()
}

fn pin() -> applet::pin::FourDigitPin {
    testing::secrets().input_assist
}

fn number_a(id: &str) -> VerificationNumberA {
    VerificationNumberA::from(&person(id).my_number)
}

/// The adults' cards end on the tenth birthday after the issue.
fn number_b(id: &str) -> VerificationNumberB {
    let birth = person(id).birth_date.to_era().unwrap().yymmdd();
    let birth = std::str::from_utf8(&birth).unwrap();
    VerificationNumberB::parse(&format!("{birth}2036{}", person(id).security_code)).unwrap()
}

fn birth_date(id: &str) -> BirthDatePin {
    BirthDatePin::from_date(person(id).birth_date).unwrap()
}

fn prove<R: Proves>(
    side: impl CardSide,
    secret: &R::Secret,
    terms: &Terms<'_>,
) -> Result<GenuineCard<R::Contents>, Error> {
    genuine::prove::<R, _>(&mut Card::new(InProcess::new(side)), secret, terms)
}

/// What is on the card, taken off it.
fn image(slot: &Slot) -> Image {
    let mut taken = Image::empty();
    slot.card().rewrite(|image| std::mem::swap(image, &mut taken)).unwrap();
    taken
}

/// A card whose answers are changed on their way.
struct Between<F> {
    card: Slot,
    change: F,
}

impl<F: FnMut(&[u8], Vec<u8>) -> Vec<u8>> CardSide for Between<F> {
    fn respond(&mut self, command: &[u8]) -> Option<Vec<u8>> {
        let answer = self.card.respond(command)?;
        Some((self.change)(command, answer))
    }

    fn power(&mut self, event: PowerEvent) {
        self.card.power(event);
    }

    fn atr(&self) -> Vec<u8> {
        self.card.atr()
    }
}
