//! 券面事項入力補助AP (CARD.md §2.2).

use super::{RECORD_LIMIT, RSA_2048, SMALL_LIMIT, TRIES_OF_NUMBERS};
use crate::model::ApplicationId::InputAssist;
use crate::model::{
    Access, Aid, ApplicationRow, ChangeForm, Ef, FileId, FileRow, KeyId, KeyRow, KeyUse, PinFormat, PinId,
    PinRow, ReservedRow, ResetPlace, Source, Structure,
};

const PIN_OR_A: Access = Access::AnyOf(&[PinId::InputAssist, PinId::InputAssistNumberA]);
const PIN_OR_B: Access = Access::AnyOf(&[PinId::InputAssist, PinId::InputAssistNumberB]);
const ANY: Access =
    Access::AnyOf(&[PinId::InputAssist, PinId::InputAssistNumberA, PinId::InputAssistNumberB]);

const fn file(id: FileId, ef: u16, read: Access, limit: u16, source: Source) -> FileRow {
    FileRow {
        id,
        application: InputAssist,
        ef: Ef(ef),
        structure: Structure::Transparent,
        read,
        read_on_phone: None,
        limit,
        source,
    }
}

const fn reserved(ef: u16) -> ReservedRow {
    ReservedRow {
        application: InputAssist,
        ef: Ef(ef),
        internal: true,
        source: Source::Observed("CARD.md §2.2: exists, purpose unknown"),
    }
}

const fn number(id: PinId, ef: u16, japanese: &'static str, english: &'static str, digits: u8) -> PinRow {
    PinRow {
        id,
        application: InputAssist,
        ef: Ef(ef),
        japanese,
        english,
        format: PinFormat::Digits(digits),
        tries: TRIES_OF_NUMBERS,
        tries_source: Source::Assumed("CARD.md §3: sources disagree, ten or three"),
        change: ChangeForm::None,
        reset: &[ResetPlace::Nowhere],
        source: Source::Observed("CARD.md §3: EF and number of digits"),
    }
}

/// The application's row.
pub const APPLICATION: ApplicationRow = ApplicationRow {
    id: InputAssist,
    aid: Aid(&[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x08]),
    japanese: "券面事項入力補助AP",
    english: "input_assist",
    files: &[
        file(
            FileId::IndividualNumber,
            0x0001,
            PIN_OR_A,
            SMALL_LIMIT,
            Source::Observed("CARD.md §2.2: EF 0001, 17 bytes with filler"),
        ),
        file(FileId::Attributes, 0x0002, PIN_OR_B, RECORD_LIMIT, Source::Observed("CARD.md §2.2: EF 0002")),
        file(
            FileId::InputAssistIntegrity,
            0x0003,
            ANY,
            RECORD_LIMIT,
            Source::Observed("CARD.md §2.2: EF 0003; PIN, A or B"),
        ),
        file(
            FileId::InputAssistCertificate,
            0x0004,
            Access::Free,
            RECORD_LIMIT,
            Source::Observed("CARD.md §2.2: EF 0004, 568 bytes"),
        ),
        file(
            FileId::InputAssistBasicInfo,
            0x0005,
            Access::Free,
            RECORD_LIMIT,
            Source::Observed("CARD.md §2.2: EF 0005, 164 bytes"),
        ),
        file(
            FileId::SessionPublicKey,
            0x0006,
            ANY,
            RECORD_LIMIT,
            Source::Observed("CARD.md §2.2: EF 0006, 269 bytes"),
        ),
        file(
            FileId::InputAssistKeyRecord,
            0x0007,
            ANY,
            RECORD_LIMIT,
            Source::Observed("CARD.md §2.2: EF 0007, 536 bytes"),
        ),
        file(
            FileId::InputAssistFiller,
            0x0008,
            ANY,
            SMALL_LIMIT,
            Source::Assumed("CARD.md §2.2: EF 0008 is sixteen FF; who may read it is not published"),
        ),
    ],
    pins: &[
        PinRow {
            id: PinId::InputAssist,
            application: InputAssist,
            ef: Ef(0x0011),
            japanese: "券面事項入力補助用暗証番号",
            english: "input-assist PIN",
            format: PinFormat::Digits(4),
            tries: 3,
            tries_source: Source::Spec("CARD.md §3: three, on the official PIN sheet"),
            change: ChangeForm::ChangeReferenceData,
            reset: &[ResetPlace::MunicipalWindow],
            source: Source::Observed("CARD.md §3: EF 0011"),
        },
        PinRow {
            tries: 0,
            tries_source: Source::Observed("CARD.md §3: every card seen delivers it blocked"),
            ..number(PinId::InputAssistReserved, 0x0012, "予約", "reserved reference, delivered blocked", 4)
        },
        number(
            PinId::InputAssistNumberA,
            0x0014,
            "照合番号A（券面事項入力補助）",
            "verification number A (input assist)",
            12,
        ),
        number(
            PinId::InputAssistNumberB,
            0x0015,
            "照合番号B（券面事項入力補助）",
            "verification number B (input assist)",
            14,
        ),
    ],
    keys: &[
        KeyRow {
            id: KeyId::InputAssistInternal,
            application: InputAssist,
            ef: Some(Ef(0x0013)),
            algorithm: RSA_2048,
            usage: KeyUse::Sign,
            access: Access::Free,
            is_default: true,
            source: Source::Observed("CARD.md §4: EF 0013, no PIN needed"),
        },
        KeyRow {
            id: KeyId::InputAssistSession,
            application: InputAssist,
            ef: None,
            algorithm: RSA_2048,
            usage: KeyUse::SessionKey,
            access: Access::AnyOf(&[PinId::InputAssist]),
            is_default: false,
            source: Source::Observed("CARD.md §4: private half of EF 0006"),
        },
    ],
    reserved: &[reserved(0x0010), reserved(0x001C), reserved(0x001E)],
    source: Source::Observed("CARD.md §2: AID"),
};
