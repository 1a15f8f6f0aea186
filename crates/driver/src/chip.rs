//! Proof that the chip is genuine: raw answers of the keys that need no PIN (CARD.md §4.2).

use mynumber_apdu::{Class, Command, Instruction, Meaning};
use mynumber_applet::pin::{Reference, reference};
use mynumber_applet::{Ef, KeyId};
use mynumber_transport::Transport;

use crate::card::Card;
use crate::error::{Error, ErrorKind, Object, Step};
use crate::session::Session;
use crate::sign::{Input, Naming};
use crate::unlocked::Unlocked;

/// The longest challenge: what the short form carries.
const CHALLENGE_MAX: usize = 255;
/// The longest answer accepted: a signature of 4096 bits, twice today's.
const ANSWER_MAX: usize = 512;

/// A key that proves the chip genuine, its public half in a signed file of the same application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ChipKey {
    /// Of the input-assist application; public half in [`InputAssistKeyRecord`](crate::file::InputAssistKeyRecord).
    InputAssist,
    /// Of the card-face application; public half in the card face, the age record and the number image.
    CardFace,
}

impl ChipKey {
    const fn key(self) -> KeyId {
        match self {
            Self::InputAssist => KeyId::InputAssistInternal,
            Self::CardFace => KeyId::CardFaceInternal,
        }
    }
}

impl<T: Transport> Card<T> {
    /// Has the chip sign the SHA-256 hash of a nonce (PKCS #1 v1.5): 2 exchanges, no PIN.
    ///
    /// The nonce must be new and random each time, and the answer proves nothing before it is verified with the public
    /// half from a file whose own signature was verified: both are the caller's.
    ///
    /// # Errors
    /// [`Error`], as for every exchange with the card.
    pub fn prove_chip(&mut self, key: ChipKey, nonce_hash: &[u8; 32]) -> Result<Vec<u8>, Error> {
        let row = key.key().row();
        self.with(|session| {
            session.select(row.application)?;
            session.signature(row, Naming::Default, &Input::sha256(nonce_hash))
        })
    }

    /// INTERNAL AUTHENTICATE with the key of the common application over a challenge of 1 to 255 bytes: 2 exchanges, no
    /// PIN. The public half is nowhere on the card.
    ///
    /// # Errors
    /// [`ErrorKind::Misuse`] for a challenge of another length, nothing was sent; [`Error`] otherwise.
    pub fn internal_authenticate(&mut self, challenge: &[u8]) -> Result<Vec<u8>, Error> {
        if !(1..=CHALLENGE_MAX).contains(&challenge.len()) {
            let kind = ErrorKind::Misuse("a challenge has 1 to 255 bytes");
            return Err(Error::new(kind, Step::Sign, Object::Key(KeyId::CommonInternal)));
        }
        self.with(|session| session.internal_authenticate(challenge))
    }
}

/// A reference of an application that has a key which proves the chip genuine. Sealed, as [`Reference`] is.
pub trait ProvesChip: Reference {
    /// That key.
    const CHIP: ChipKey;
}

macro_rules! proves {
    ($($chip:ident: $($name:ident),*;)*) => {
        $( $( impl ProvesChip for reference::$name {
            const CHIP: ChipKey = ChipKey::$chip;
        } )* )*
    };
}
proves! {
    InputAssist: InputAssist, InputAssistNumberA, InputAssistNumberB;
    CardFace: CardFaceBirthDate, CardFaceNumberA, CardFaceNumberB;
}

impl<R: ProvesChip, T: Transport> Unlocked<'_, R, T> {
    /// As [`Card::prove_chip`], inside the session that read the files: 1 exchange. Between two sessions the card could
    /// be changed for another.
    ///
    /// # Errors
    /// [`ErrorKind::SessionLost`] when the card was reset or lost since; [`Error`] otherwise.
    pub fn prove_chip(&mut self, nonce_hash: &[u8; 32]) -> Result<Vec<u8>, Error> {
        let row = R::CHIP.key().row();
        self.session.select(row.application)?;
        self.session.signature(row, Naming::Default, &Input::sha256(nonce_hash))
    }
}

impl<T: Transport> Session<'_, T> {
    fn internal_authenticate(&mut self, challenge: &[u8]) -> Result<Vec<u8>, Error> {
        let row = KeyId::CommonInternal.row();
        let object = Object::Key(row.id);
        self.select(row.application)?;
        let reference = 0x80 | row.ef.and_then(Ef::short).unwrap_or(0);
        let command = Command::new(Class::ISO, Instruction::INTERNAL_AUTHENTICATE, 0x00, reference)
            .with_data(challenge)
            .expecting_short();
        let mut buffer = [0u8; ANSWER_MAX];
        let answer = self.call(Step::Sign, object, command, &mut buffer)?;
        let kind = match answer.status.meaning() {
            Meaning::Success if answer.length == 0 => ErrorKind::EmptyRead,
            Meaning::Success => return Ok(buffer.get(..answer.length).unwrap_or_default().to_vec()),
            Meaning::AccessDenied => ErrorKind::AccessDenied,
            Meaning::FileNotFound | Meaning::ReferenceNotFound => ErrorKind::ObjectAbsent,
            _ => ErrorKind::UnexpectedStatus { status: answer.status },
        };
        Err(Error::new(kind, Step::Sign, object))
    }
}

#[cfg(test)]
#[path = "chip_tests.rs"]
mod tests;
