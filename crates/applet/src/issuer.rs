//! The issuer's commands of the virtual card: **ours**. Nobody published those of real cards, and no real card knows these
//! (CARD.md §13).
//!
//! Facts that both ends must agree on, as bytes on the wire; how a command is coded and answered is for each end. The rows
//! are [`Source::Assumed`] all, and are counted apart from those that describe the card.

use crate::model::{PinId, Source};

/// Bytes of each of the two challenges.
pub const CHALLENGE: usize = 16;
/// Bytes of a cryptogram of EXTERNAL AUTHENTICATE and of its answer.
pub const CRYPTOGRAM: usize = 16;
/// Bytes of a message authentication code: an AES-CMAC cut short. A wrong one ends the session, so there is one guess.
pub const MAC: usize = 8;
/// Bytes of an AES block.
pub const BLOCK: usize = 16;
/// The number of the first command of a session. Each command whose code is right counts, also one that is refused.
pub const FIRST_NUMBER: u64 = 1;
/// Bytes that a card's key, and a session's, may have: AES-128 and AES-256.
pub const KEY_LENGTHS: [usize; 2] = [16, 32];

/// Label of the host's cryptogram (NIST SP 800-108 §4.1).
pub const LABEL_HOST: &[u8] = b"mynumber host";
/// Label of the card's cryptogram.
pub const LABEL_CARD: &[u8] = b"mynumber card";
/// Label of the session key that enciphers.
pub const LABEL_ENCRYPTION: &[u8] = b"mynumber enc";
/// Label of the session key that authenticates.
pub const LABEL_AUTHENTICATION: &[u8] = b"mynumber mac";

/// The first byte of what is authenticated, for commands.
pub const FROM_HOST: u8 = 0x01;
/// The first byte of what is authenticated, for answers.
pub const FROM_CARD: u8 = 0x02;

/// The most bytes in the clear that one command carries: a short data field less the code, in whole padded blocks.
pub const CLEAR: usize = 239;
/// Bytes of the value in RESET RETRY COUNTER, filled up with zeros, behind one byte of length: all values look alike.
pub const VALUE: usize = 16;
/// The most bytes of a public key in one answer.
pub const ANSWER: usize = 238;
/// The most bytes of a data object.
pub const DATA_OBJECT_LIMIT: u16 = 0x0400;

/// Every command under the session's keys is of this class: proprietary, secure messaging of a form of its own
/// (ISO 7816-4 §5.4.1).
pub const CLASS: u8 = 0x84;

/// What the issuer can have done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IssuerCommand {
    /// Mutual authentication, and session keys.
    ExternalAuthenticate,
    /// A new value for a reference, all tries back; at once.
    ResetRetryCounter,
    /// The value of a reference is taken away, no try is left; at once.
    BlockReference,
    /// A part of a transparent file; staged.
    UpdateBinary,
    /// One record; staged.
    UpdateRecord,
    /// A part of a data object; staged.
    PutData,
    /// A new key pair, staged; its public half.
    GenerateKeyPair,
    /// A key and its certificate are taken away; staged.
    DestroyKey,
    /// What was staged takes effect.
    Commit,
}

/// One command of the issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IssuerCommandRow {
    /// Its identity.
    pub id: IssuerCommand,
    /// Its class byte.
    pub class: u8,
    /// Its instruction byte.
    pub instruction: u8,
    /// Its name.
    pub english: &'static str,
    /// Where this row comes from.
    pub source: Source,
}

const fn row(
    id: IssuerCommand,
    class: u8,
    instruction: u8,
    english: &'static str,
    source: &'static str,
) -> IssuerCommandRow {
    IssuerCommandRow { id, class, instruction, english, source: Source::Assumed(source) }
}

/// The commands.
pub const COMMANDS: &[IssuerCommandRow] = &[
    row(
        IssuerCommand::ExternalAuthenticate,
        0x00,
        0x82,
        "EXTERNAL AUTHENTICATE",
        "CARD.md §13.1: after ISO 7816-4 §11.6.4, answered with the card's own cryptogram",
    ),
    row(
        IssuerCommand::ResetRetryCounter,
        CLASS,
        0x2C,
        "RESET RETRY COUNTER",
        "CARD.md §13.3: after ISO 7816-4 §11.6.10, P1 = 02",
    ),
    row(IssuerCommand::BlockReference, CLASS, 0x04, "BLOCK REFERENCE", "CARD.md §13.3: our own"),
    row(
        IssuerCommand::UpdateBinary,
        CLASS,
        0xD6,
        "UPDATE BINARY",
        "CARD.md §13.4: after ISO 7816-4 §11.3.5, with total and offset in the data",
    ),
    row(
        IssuerCommand::UpdateRecord,
        CLASS,
        0xDC,
        "UPDATE RECORD",
        "CARD.md §13.4: after ISO 7816-4 §11.4.6, record 1 begins anew",
    ),
    row(
        IssuerCommand::PutData,
        CLASS,
        0xDA,
        "PUT DATA",
        "CARD.md §13.4: after ISO 7816-4 §11.5.6, with total and offset in the data",
    ),
    row(
        IssuerCommand::GenerateKeyPair,
        CLASS,
        0x46,
        "GENERATE ASYMMETRIC KEY PAIR",
        "CARD.md §13.4: after ISO 7816-8, P1 = 80 makes it, 81 reads on",
    ),
    row(
        IssuerCommand::DestroyKey,
        CLASS,
        0xE4,
        "DESTROY KEY",
        "CARD.md §13.4: our own, with the number of DELETE FILE",
    ),
    row(
        IssuerCommand::Commit,
        CLASS,
        0x44,
        "COMMIT",
        "CARD.md §13.4: our own, with the number of ACTIVATE FILE",
    ),
];

impl IssuerCommand {
    /// The command's row.
    #[must_use]
    pub const fn row(self) -> &'static IssuerCommandRow {
        let mut rows = COMMANDS;
        while let [row, rest @ ..] = rows {
            #[expect(clippy::as_conversions, reason = "the only const way from a variant to its number")]
            if row.id as u8 == self as u8 {
                return row;
            }
            rows = rest;
        }
        unreachable!()
    }
}

/// Whether the issuer sets this reference: all but the one that arrives blocked and whose purpose nobody knows.
#[must_use]
pub const fn may_set(pin: PinId) -> bool {
    !matches!(pin, PinId::InputAssistReserved)
}

const _: () = {
    let _ = IssuerCommand::ExternalAuthenticate.row();
    let _ = IssuerCommand::ResetRetryCounter.row();
    let _ = IssuerCommand::BlockReference.row();
    let _ = IssuerCommand::UpdateBinary.row();
    let _ = IssuerCommand::UpdateRecord.row();
    let _ = IssuerCommand::PutData.row();
    let _ = IssuerCommand::GenerateKeyPair.row();
    let _ = IssuerCommand::DestroyKey.row();
    let _ = IssuerCommand::Commit.row();
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_issuer_sets_every_reference_but_the_one_nobody_knows_the_purpose_of() {
        for row in crate::rows::pins() {
            assert_eq!(may_set(row.id), row.id != PinId::InputAssistReserved, "{:?}", row.id);
        }
    }

    #[test]
    fn every_command_has_a_row_of_its_own() {
        for row in COMMANDS {
            assert_eq!(row.id.row(), row);
        }
        assert_eq!(IssuerCommand::Commit.row().instruction, 0x44);
    }
}
