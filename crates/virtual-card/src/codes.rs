//! The numbers by which the card file names applications and objects: stable over versions of this crate.

use mynumber_applet::{ApplicationId, DataObjectId, Ef, FileId, KeyId, PinId, TokenKind, rows};

/// An object's name on disk: its application and its EF.
pub(crate) type Code = [u8; 3];

const fn application(id: ApplicationId) -> u8 {
    match id {
        ApplicationId::Jpki => 1,
        ApplicationId::InputAssist => 2,
        ApplicationId::CardFace => 3,
        ApplicationId::Juki => 4,
        ApplicationId::Common => 5,
        _ => 0,
    }
}

const fn code(id: ApplicationId, ef: Ef) -> Code {
    let [high, low] = ef.0.to_be_bytes();
    [application(id), high, low]
}

pub(crate) const fn file_code(id: FileId) -> Code {
    let row = id.row();
    code(row.application, row.ef)
}

pub(crate) const fn pin_code(id: PinId) -> Code {
    let row = id.row();
    code(row.application, row.ef)
}

/// A key whose EF nobody published goes by EF 0000: an application has one such key at most.
pub(crate) const fn key_code(id: KeyId) -> Code {
    let row = id.row();
    match row.ef {
        Some(ef) => code(row.application, ef),
        None => code(row.application, Ef(0)),
    }
}

pub(crate) fn file_of(wanted: Code) -> Option<FileId> {
    rows::files().map(|row| row.id).find(|id| file_code(*id) == wanted)
}

pub(crate) fn pin_of(wanted: Code) -> Option<PinId> {
    rows::pins().map(|row| row.id).find(|id| pin_code(*id) == wanted)
}

pub(crate) fn key_of(wanted: Code) -> Option<KeyId> {
    rows::keys().map(|row| row.id).find(|id| key_code(*id) == wanted)
}

pub(crate) fn data_object_of(tag: u16) -> Option<DataObjectId> {
    rows::card_manager::DATA_OBJECTS.iter().find(|row| row.tag == tag).map(|row| row.id)
}

pub(crate) const fn token_code(token: TokenKind) -> u8 {
    match token {
        TokenKind::Card => 1,
        TokenKind::Android => 2,
        TokenKind::Iphone => 3,
        _ => 0,
    }
}

pub(crate) const fn token_of(code: u8) -> Option<TokenKind> {
    match code {
        1 => Some(TokenKind::Card),
        2 => Some(TokenKind::Android),
        3 => Some(TokenKind::Iphone),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_object_has_one_code_and_comes_back_from_it() {
        let mut seen = BTreeSet::new();
        for row in rows::files() {
            assert_eq!(file_of(file_code(row.id)), Some(row.id));
            assert!(seen.insert(file_code(row.id)), "{row:?}");
        }
        for row in rows::pins() {
            assert_eq!(pin_of(pin_code(row.id)), Some(row.id));
            assert!(seen.insert(pin_code(row.id)), "{row:?}");
        }
        for row in rows::keys() {
            assert_eq!(key_of(key_code(row.id)), Some(row.id));
            assert!(seen.insert(key_code(row.id)), "{row:?}");
        }
        assert!(seen.iter().all(|[application, _, _]| *application != 0));
        for row in rows::card_manager::DATA_OBJECTS {
            assert_eq!(data_object_of(row.tag), Some(row.id));
        }
        for token in [TokenKind::Card, TokenKind::Android, TokenKind::Iphone] {
            assert_eq!(token_of(token_code(token)), Some(token));
        }
    }
}
