//! What a chip says, read with the numbers that stand on the card, and proved.

use mynumber::applet::pin::{BirthDatePin, SecurityCode, VerificationNumberA, VerificationNumberB};
use mynumber::desk::{self, Chip};
use mynumber::driver::{Card, file};
use mynumber::transport::Transport;

use super::super::office::Office;
use super::record::Record;
use crate::cards;
use crate::commands::verify;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::language::say;

/// Reads and proves a card. The year in which it ends, a part of verification number B, is asked from the card itself.
pub(super) fn read<T: Transport>(
    office: &Office<'_>,
    card: &mut Card<T>,
    record: &Record,
) -> Result<Chip, Failure> {
    let person = &record.person;
    let ends = card.read::<file::CommonRecord>()?.view()?.expiry().ok_or_else(unreadable)?;
    let birth = BirthDatePin::from_date(person.birth_date)?;
    let code = SecurityCode::parse(&person.security_code)?;
    let b = VerificationNumberB::from_parts(&birth, ends.year(), &code)?;
    read_with(office, card, record, &b)
}

/// As [`read`], with a verification number B that is known.
pub(super) fn read_with<T: Transport>(
    office: &Office<'_>,
    card: &mut Card<T>,
    record: &Record,
    b: &VerificationNumberB,
) -> Result<Chip, Failure> {
    let a = VerificationNumberA::parse(record.person.my_number.as_str())?;
    verify::card::with_simulated(office.run, |authorities| {
        let mut random = mynumber::system_random();
        desk::read(card, b, Some(&a), authorities, cards::now(), &mut random).map_err(|error| match error {
            desk::Error::Genuine(error) => verify::card::failure(&error),
            desk::Error::Driver(error) => error.into(),
            _ => unreadable(),
        })
    })
}

fn unreadable() -> Failure {
    Failure::new(
        Exit::CardMisbehaved,
        say!("the chip does not say what it has to", "ICチップに必要な内容がありません"),
    )
}
