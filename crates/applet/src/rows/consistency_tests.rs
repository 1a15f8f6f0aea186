//! Each rule is broken once, in an application that keeps all others: what the compiler would say, `check` says here.

use super::*;
use crate::model::{
    Aid, ApplicationId, ChangeForm, FileRow, KeyAlgorithm, KeyRow, KeyUse, PinFormat, PinRow, ReservedRow,
    Source, Structure,
};

const SOURCE: Source = Source::Assumed("a test");

const FILE: FileRow = FileRow {
    id: FileId::AgeRecord,
    application: ApplicationId::CardFace,
    ef: Ef(0x01),
    structure: Structure::Transparent,
    read: Access::AnyOf(&[PinId::CardFaceNumberA, PinId::CardFaceBirthDate]),
    read_on_phone: Some(Access::Never),
    limit: 0x7FFF,
    source: SOURCE,
};

const PIN: PinRow = PinRow {
    id: PinId::CardFaceBirthDate,
    application: ApplicationId::CardFace,
    ef: Ef(0x11),
    japanese: "生年月日",
    english: "birth date",
    format: PinFormat::Digits(6),
    tries: 15,
    tries_source: SOURCE,
    change: ChangeForm::None,
    reset: &[],
    source: SOURCE,
};
const NUMBER_A: PinRow = PinRow { id: PinId::CardFaceNumberA, ef: Ef(0x12), ..PIN };

const KEY: KeyRow = KeyRow {
    id: KeyId::CardFaceInternal,
    application: ApplicationId::CardFace,
    ef: Some(Ef(0x1A)),
    algorithm: KeyAlgorithm::EcdsaP384,
    usage: KeyUse::Sign,
    access: Access::AnyOf(&[PinId::CardFaceBirthDate]),
    is_default: true,
    source: SOURCE,
};

const RESERVED: ReservedRow =
    ReservedRow { application: ApplicationId::CardFace, ef: Ef(0x1E), internal: true, source: SOURCE };

const SOUND: ApplicationRow = ApplicationRow {
    id: ApplicationId::CardFace,
    aid: Aid(&[0xD3; 16]),
    japanese: "券面事項確認AP",
    english: "card_face",
    files: &[FILE],
    pins: &[PIN, NUMBER_A],
    keys: &[
        KEY,
        KeyRow { ef: None, is_default: false, ..KEY },
        KeyRow { ef: None, is_default: false, ..KEY },
    ],
    reserved: &[RESERVED],
    source: SOURCE,
};

/// The message of the rule that an application breaks.
fn broken(application: &ApplicationRow) -> Option<std::string::String> {
    let found = std::panic::catch_unwind(|| check(application)).err()?;
    Some((*found.downcast_ref::<&str>().expect("a message without values")).into())
}

#[test]
fn an_application_that_keeps_every_rule_is_let_through() {
    const FREE: FileRow = FileRow { read: Access::Free, read_on_phone: None, ..FILE };
    assert_eq!(broken(&SOUND), None);
    assert_eq!(broken(&ApplicationRow { aid: Aid(&[0xD3; 5]), ..SOUND }), None);
    assert_eq!(broken(&ApplicationRow { files: &[FREE], ..SOUND }), None);
    for application in APPLICATIONS {
        assert_eq!(broken(application), None);
    }
}

#[test]
fn a_file_identifier_stands_in_one_row_of_an_application_and_is_a_short_one() {
    const TWICE: &str = "a file identifier is used twice";
    const SHORT: &str = "every file of the card has a short EF identifier";
    let faults = [
        (TWICE, ApplicationRow { files: &[FILE, FILE], ..SOUND }),
        (TWICE, ApplicationRow { files: &[FILE, FileRow { ef: PIN.ef, ..FILE }], ..SOUND }),
        (TWICE, ApplicationRow { pins: &[PIN, PinRow { ef: Ef(0x1A), ..NUMBER_A }], ..SOUND }),
        (TWICE, ApplicationRow { keys: &[KeyRow { ef: Some(RESERVED.ef), ..KEY }], ..SOUND }),
        (TWICE, ApplicationRow { reserved: &[RESERVED, RESERVED], ..SOUND }),
        (SHORT, ApplicationRow { files: &[FileRow { ef: Ef(0x1F), ..FILE }], ..SOUND }),
        (SHORT, ApplicationRow { reserved: &[ReservedRow { ef: Ef(0), ..RESERVED }], ..SOUND }),
        (SHORT, ApplicationRow { reserved: &[ReservedRow { ef: Ef(0xFF), ..RESERVED }], ..SOUND }),
    ];
    for (rule, application) in faults {
        assert_eq!(broken(&application).as_deref(), Some(rule), "{application:?}");
    }
}

#[test]
fn every_row_names_the_application_it_stands_in() {
    const OTHER: ApplicationId = ApplicationId::InputAssist;
    let faults = [
        (
            "a file names another application",
            ApplicationRow { files: &[FILE, FileRow { ef: Ef(2), application: OTHER, ..FILE }], ..SOUND },
        ),
        (
            "a secret names another application",
            ApplicationRow { pins: &[PIN, PinRow { application: OTHER, ..NUMBER_A }], ..SOUND },
        ),
        (
            "a key names another application",
            ApplicationRow {
                keys: &[KEY, KeyRow { ef: None, is_default: false, application: OTHER, ..KEY }],
                ..SOUND
            },
        ),
    ];
    for (rule, application) in faults {
        assert_eq!(broken(&application).as_deref(), Some(rule), "{application:?}");
    }
}

#[test]
fn files_and_keys_open_to_secrets_of_their_own_application_only() {
    const FILES: &str = "a file is opened by a secret of another application";
    const KEYS: &str = "a key is opened by a secret of another application";
    const NOBODY: Access = Access::AnyOf(&[]);
    const FOREIGN: Access = Access::AnyOf(&[PinId::CardFaceBirthDate, PinId::Signature]);
    let faults = [
        (FILES, ApplicationRow { files: &[FileRow { read: NOBODY, ..FILE }], ..SOUND }),
        (FILES, ApplicationRow { files: &[FileRow { read: FOREIGN, ..FILE }], ..SOUND }),
        (FILES, ApplicationRow { files: &[FileRow { read_on_phone: Some(FOREIGN), ..FILE }], ..SOUND }),
        (FILES, ApplicationRow { pins: &[PIN], ..SOUND }),
        (KEYS, ApplicationRow { keys: &[KeyRow { access: NOBODY, ..KEY }], ..SOUND }),
        (KEYS, ApplicationRow { keys: &[KeyRow { access: FOREIGN, ..KEY }], ..SOUND }),
    ];
    for (rule, application) in faults {
        assert_eq!(broken(&application).as_deref(), Some(rule), "{application:?}");
    }
}

#[test]
fn names_tries_limits_and_default_keys_stay_within_what_the_commands_can_say() {
    const FAR: &str = "READ BINARY reaches 32 KiB";
    const TRIES: &str = "63Cx shows 15 tries at most";
    let faults = [
        ("an AID has 5 to 16 bytes", ApplicationRow { aid: Aid(&[0xD3; 4]), ..SOUND }),
        ("an AID has 5 to 16 bytes", ApplicationRow { aid: Aid(&[0xD3; 17]), ..SOUND }),
        (FAR, ApplicationRow { files: &[FileRow { limit: 0x8000, ..FILE }], ..SOUND }),
        (FAR, ApplicationRow { files: &[FileRow { ef: Ef(0x0101), ..FILE }], ..SOUND }),
        (TRIES, ApplicationRow { pins: &[PIN, PinRow { tries: 16, ..NUMBER_A }], ..SOUND }),
        (TRIES, ApplicationRow { pins: &[PIN, PinRow { ef: Ef(0x0112), ..NUMBER_A }], ..SOUND }),
        (
            "an application has one default key at most",
            ApplicationRow { keys: &[KEY, KeyRow { ef: None, ..KEY }], ..SOUND },
        ),
    ];
    for (rule, application) in faults {
        assert_eq!(broken(&application).as_deref(), Some(rule), "{application:?}");
    }
}
