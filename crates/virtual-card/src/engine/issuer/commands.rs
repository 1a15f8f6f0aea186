//! What the issuer's commands do (CARD.md §13.3, §13.4).

use mynumber_apdu::{Command, StatusWord};
use mynumber_applet::issuer::{ANSWER, COMMANDS, DATA_OBJECT_LIMIT, IssuerCommand, VALUE, may_set};
use mynumber_applet::{
    ApplicationId, ApplicationRow, Ef, FileRow, KeyAlgorithm, KeyRow, PinRow, Structure, rows,
};
use rsa::RsaPrivateKey;
use rsa::traits::PublicKeyParts;
use zeroize::Zeroizing;

use super::staged::{Staged, Target};
use super::{Answer, Engine};
use crate::image::PrivateKey;

/// `P1` of RESET RETRY COUNTER: the new value alone (ISO 7816-4 §11.6.10).
const NEW_VALUE: u8 = 0x02;
/// `P1` of GENERATE ASYMMETRIC KEY PAIR: make it; read on (ISO 7816-8).
const GENERATE: u8 = 0x80;
const READ_ON: u8 = 0x81;

impl Engine {
    /// Does what a command says whose code is right.
    pub(super) fn carry_out(&mut self, staged: &mut Staged, command: &Command<'_>, clear: &[u8]) -> Answer {
        let instruction = command.instruction().0;
        let row =
            COMMANDS.iter().find(|row| row.class == command.class().0 && row.instruction == instruction);
        match row.map(|row| row.id) {
            Some(IssuerCommand::ResetRetryCounter) => self.set_reference(command, clear),
            Some(IssuerCommand::BlockReference) => self.block_reference(command, clear),
            Some(IssuerCommand::UpdateBinary) => self.update_binary(staged, command, clear),
            Some(IssuerCommand::UpdateRecord) => self.update_record(staged, command, clear),
            Some(IssuerCommand::PutData) => put_data(staged, command, clear),
            Some(IssuerCommand::GenerateKeyPair) => match command.p1() {
                GENERATE => self.generate_key(staged, command, clear),
                READ_ON => offered(staged, clear),
                _ => Err(StatusWord::WRONG_P1P2.into()),
            },
            Some(IssuerCommand::DestroyKey) => self.destroy_key(staged, command, clear),
            Some(IssuerCommand::Commit) => self.commit(staged, command, clear),
            _ => Err(StatusWord::INSTRUCTION_NOT_SUPPORTED.into()),
        }
    }

    /// The row of the application that is selected.
    fn selected_row(&self) -> Result<&'static ApplicationRow, StatusWord> {
        self.session.application.map(ApplicationId::row).ok_or(StatusWord::FILE_NOT_FOUND)
    }

    /// A new value: its length, then sixteen bytes of it. All tries come back; that it was presented does not outlive it.
    fn set_reference(&mut self, command: &Command<'_>, clear: &[u8]) -> Answer {
        require_p1(command, NEW_VALUE)?;
        let row = self.reference_at(command.p2())?;
        let [length, padded @ ..] = clear else { return Err(StatusWord::WRONG_DATA.into()) };
        let parts = padded.split_at_checked(usize::from(*length));
        let Some((value, filling)) = parts.filter(|_| padded.len() == VALUE) else {
            return Err(StatusWord::WRONG_DATA.into());
        };
        if !may_set(row.id) {
            return Err(StatusWord::CONDITIONS_NOT_SATISFIED.into());
        }
        if filling.iter().any(|byte| *byte != 0x00) || !row.format.accepts(value) {
            return Err(StatusWord::WRONG_DATA.into());
        }
        self.state.set_value(row.id, value)?;
        self.session.set_verified(row.id, false);
        self.tries_of(row)
    }

    fn block_reference(&mut self, command: &Command<'_>, clear: &[u8]) -> Answer {
        require_p1(command, 0x00)?;
        require_nothing(clear)?;
        let row = self.reference_at(command.p2())?;
        self.state.block(row.id)?;
        self.session.set_verified(row.id, false);
        self.tries_of(row)
    }

    fn tries_of(&self, row: &PinRow) -> Answer {
        let reference = self.state.reference(row.id).ok_or(StatusWord::REFERENCE_NOT_FOUND)?;
        Ok(vec![reference.left()])
    }

    /// The reference of the application that is selected, if this card has it.
    fn reference_at(&self, p2: u8) -> Result<&'static PinRow, StatusWord> {
        let ef = short_ef(p2)?;
        let row = self.selected_row()?.pins.iter().find(|row| row.ef == ef);
        row.filter(|row| self.state.reference(row.id).is_some()).ok_or(StatusWord::REFERENCE_NOT_FOUND)
    }

    fn update_binary(&mut self, staged: &mut Staged, command: &Command<'_>, clear: &[u8]) -> Answer {
        require_p1(command, 0x00)?;
        let row = self.file_at(short_ef(command.p2())?, Structure::Transparent)?;
        staged.piece(Target::File(row.id), row.limit, clear)?;
        Ok(Vec::new())
    }

    fn update_record(&mut self, staged: &mut Staged, command: &Command<'_>, clear: &[u8]) -> Answer {
        let short = command.p2() >> 3;
        if command.p2() & 0x07 != 0x04 || !(1..=30).contains(&short) {
            return Err(StatusWord::WRONG_P1P2.into());
        }
        let row = self.file_at(Ef(u16::from(short)), Structure::Records)?;
        staged.record(row.id, command.p1(), clear)?;
        Ok(Vec::new())
    }

    /// The row of a file that an application of this kind can have: it may be absent as yet.
    fn file_at(&self, ef: Ef, structure: Structure) -> Result<&'static FileRow, StatusWord> {
        let row =
            self.selected_row()?.files.iter().find(|row| row.ef == ef).ok_or(StatusWord::FILE_NOT_FOUND)?;
        if row.structure == structure { Ok(row) } else { Err(StatusWord::INCOMPATIBLE_FILE) }
    }

    fn key_at(&self, p2: u8) -> Result<&'static KeyRow, StatusWord> {
        let ef = short_ef(p2)?;
        let row = self.selected_row()?.keys.iter().find(|row| row.ef == Some(ef));
        row.ok_or(StatusWord::REFERENCE_NOT_FOUND)
    }

    /// Makes a key pair, and gives the beginning of its public half out.
    fn generate_key(&mut self, staged: &mut Staged, command: &Command<'_>, clear: &[u8]) -> Answer {
        require_nothing(clear)?;
        let row = self.key_at(command.p2())?;
        let KeyAlgorithm::Rsa { bits } = row.algorithm else {
            return Err(StatusWord::FUNCTION_NOT_SUPPORTED.into());
        };
        let key =
            RsaPrivateKey::new(&mut self.rng, usize::from(bits)).map_err(|_| StatusWord::UNSPECIFIED)?;
        staged.offered = Zeroizing::new(public_template(&key)?);
        staged.key(row.id, Some(PrivateKey::Rsa(key)));
        offered(staged, &[0x00, 0x00])
    }

    fn destroy_key(&mut self, staged: &mut Staged, command: &Command<'_>, clear: &[u8]) -> Answer {
        require_p1(command, 0x00)?;
        require_nothing(clear)?;
        let row = self.key_at(command.p2())?;
        staged.require_whole()?;
        staged.key(row.id, None);
        staged.no_certificate(self.state.image(), row.id);
        Ok(Vec::new())
    }

    /// One durable write. What was opened by a secret before is closed: the contents are others now.
    fn commit(&mut self, staged: &mut Staged, command: &Command<'_>, clear: &[u8]) -> Answer {
        if command.p1p2() != 0 {
            return Err(StatusWord::WRONG_P1P2.into());
        }
        require_nothing(clear)?;
        staged.require_whole()?;
        if staged.is_empty() {
            return Ok(Vec::new());
        }
        let mut image = self.state.image().duplicate();
        std::mem::take(staged).apply(&mut image);
        self.state.rewrite(image)?;
        self.session.log_out();
        Ok(Vec::new())
    }
}

fn put_data(staged: &mut Staged, command: &Command<'_>, clear: &[u8]) -> Answer {
    let row = rows::card_manager::DATA_OBJECTS.iter().find(|row| row.tag == command.p1p2());
    let row = row.ok_or(StatusWord::REFERENCE_NOT_FOUND)?;
    staged.piece(Target::DataObject(row.id), DATA_OBJECT_LIMIT, clear)?;
    Ok(Vec::new())
}

/// A piece of the public key made last: its length, and the bytes from an offset on.
fn offered(staged: &Staged, clear: &[u8]) -> Answer {
    let offset: [u8; 2] = clear.try_into().map_err(|_| StatusWord::WRONG_DATA)?;
    let rest = staged.offered.get(usize::from(u16::from_be_bytes(offset))..);
    let rest = rest.filter(|rest| !rest.is_empty()).ok_or(StatusWord::WRONG_OFFSET)?;
    let total = u16::try_from(staged.offered.len()).map_err(|_| StatusWord::UNSPECIFIED)?;
    let mut answer = total.to_be_bytes().to_vec();
    answer.extend_from_slice(rest.get(..ANSWER).unwrap_or(rest));
    Ok(answer)
}

/// `7F49 { 81 modulus, 82 exponent }` (ISO 7816-8).
fn public_template(key: &RsaPrivateKey) -> Result<Vec<u8>, StatusWord> {
    let (modulus, exponent) = (key.n_bytes(), key.e_bytes());
    let mut inner = Vec::new();
    element(&mut inner, &[0x81], &modulus)?;
    element(&mut inner, &[0x82], &exponent)?;
    let mut out = Vec::new();
    element(&mut out, &[0x7F, 0x49], &inner)?;
    Ok(out)
}

/// One element, lengths as this card writes them: one byte up to 127, three otherwise.
fn element(out: &mut Vec<u8>, tag: &[u8], value: &[u8]) -> Result<(), StatusWord> {
    let length = u16::try_from(value.len()).map_err(|_| StatusWord::UNSPECIFIED)?;
    let [high, low] = length.to_be_bytes();
    out.extend_from_slice(tag);
    match length {
        0..=0x7F => out.push(low),
        _ => out.extend([0x82, high, low]),
    }
    out.extend_from_slice(value);
    Ok(())
}

/// `80 + SFI`.
fn short_ef(p2: u8) -> Result<Ef, StatusWord> {
    match p2 {
        0x81..=0x9E => Ok(Ef(u16::from(p2 & 0x1F))),
        _ => Err(StatusWord::WRONG_P1P2),
    }
}

fn require_p1(command: &Command<'_>, p1: u8) -> Result<(), StatusWord> {
    if command.p1() == p1 { Ok(()) } else { Err(StatusWord::WRONG_P1P2) }
}

fn require_nothing(clear: &[u8]) -> Result<(), StatusWord> {
    if clear.is_empty() { Ok(()) } else { Err(StatusWord::WRONG_DATA) }
}

#[cfg(test)]
mod tests {
    use mynumber_apdu::{Class, Instruction};
    use mynumber_applet::KeyId;
    use mynumber_applet::issuer::CLASS;

    use super::super::super::Refusal;
    use super::*;
    use crate::state::State;
    use crate::{Image, MemoryStorage};

    /// `84 46`: GENERATE ASYMMETRIC KEY PAIR of the signature key.
    const fn generate(p1: u8) -> Command<'static> {
        Command::new(Class(CLASS), Instruction(0x46), p1, 0x9A)
    }

    #[test]
    fn a_public_key_is_handed_out_in_pieces_and_is_that_of_the_key_that_a_commit_leaves() {
        let state = State::create(Image::empty(), Box::new(MemoryStorage::default())).unwrap();
        let mut engine = Engine::new(state, Box::new(crate::test_card::rng()));
        engine.session.application = Some(ApplicationId::Jpki);
        let mut staged = Staged::default();
        let mut piece = |p1, clear: &[u8]| {
            engine.carry_out(&mut staged, &generate(p1), clear).map_err(|refusal| match refusal {
                Refusal::Status(word) => word,
                Refusal::Mute => StatusWord::UNSPECIFIED,
            })
        };
        assert_eq!(piece(READ_ON, &[0, 0]), Err(StatusWord::WRONG_OFFSET), "no key was made");
        assert_eq!(piece(0x82, &[]), Err(StatusWord::WRONG_P1P2));
        let (first, second) = (piece(GENERATE, &[]).unwrap(), piece(READ_ON, &[0, 238]).unwrap());
        assert_eq!((first.len(), second.len()), (2 + 238, 2 + 32));
        assert_eq!(piece(READ_ON, &[0x01, 0x0E]), Err(StatusWord::WRONG_OFFSET), "it has 270 bytes");
        let commit = Command::new(Class(CLASS), Instruction(0x44), 0x00, 0x00);
        assert!(engine.carry_out(&mut staged, &commit, &[]).is_ok());
        let PrivateKey::Rsa(key) = &engine.state().image().keys[&KeyId::Signature];
        let modulus = key.n_bytes();
        let template: [&[u8]; 4] = [
            &[0x7F, 0x49, 0x82, 0x01, 0x09, 0x81, 0x82, 0x01, 0x00],
            &modulus,
            &[0x82, 0x03],
            &[0x01, 0x00, 0x01],
        ];
        assert_eq!([&first[2..], &second[2..]].concat(), template.concat());
        assert_eq!((&first[..2], &second[..2]), (&[0x01, 0x0E][..], &[0x01, 0x0E][..]));
    }
}
