//! 券面事項確認AP (CARD.md §2.3).

use super::{FACE_LIMIT, RECORD_LIMIT, RSA_2048, SMALL_LIMIT, TRIES_OF_NUMBERS};
use crate::model::ApplicationId::CardFace;
use crate::model::{
    Access, Aid, ApplicationRow, ChangeForm, Ef, FileId, FileRow, KeyId, KeyRow, KeyUse, PinFormat, PinId,
    PinRow, ReservedRow, ResetPlace, Source, Structure,
};

const A: Access = Access::AnyOf(&[PinId::CardFaceNumberA]);
const A_OR_B: Access = Access::AnyOf(&[PinId::CardFaceNumberA, PinId::CardFaceNumberB]);
const BIRTH_DATE: Access = Access::AnyOf(&[PinId::CardFaceBirthDate]);

const fn file(id: FileId, ef: u16, read: Access, limit: u16, source: Source) -> FileRow {
    FileRow {
        id,
        application: CardFace,
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
        application: CardFace,
        ef: Ef(ef),
        internal: true,
        source: Source::Observed("CARD.md §2.3: exists, purpose unknown"),
    }
}

const fn number(
    id: PinId,
    ef: u16,
    japanese: &'static str,
    english: &'static str,
    digits: u8,
    tries_source: Source,
) -> PinRow {
    PinRow {
        id,
        application: CardFace,
        ef: Ef(ef),
        japanese,
        english,
        format: PinFormat::Digits(digits),
        tries: TRIES_OF_NUMBERS,
        tries_source,
        change: ChangeForm::None,
        reset: &[ResetPlace::Nowhere],
        source: Source::Observed("CARD.md §3: EF and number of digits"),
    }
}

/// The application's row.
pub const APPLICATION: ApplicationRow = ApplicationRow {
    id: CardFace,
    aid: Aid(&[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x02]),
    japanese: "券面事項確認AP",
    english: "card_face",
    files: &[
        file(
            FileId::AgeRecord,
            0x0001,
            BIRTH_DATE,
            RECORD_LIMIT,
            Source::Observed("CARD.md §2.3: EF 0001, 547 bytes"),
        ),
        file(
            FileId::CardFace,
            0x0002,
            A_OR_B,
            FACE_LIMIT,
            Source::Observed("CARD.md §2.3: EF 0002, about 3 kB"),
        ),
        file(
            FileId::CardFaceBasicInfo,
            0x0003,
            Access::Free,
            RECORD_LIMIT,
            Source::Observed("CARD.md §2.3: EF 0003, 320 bytes"),
        ),
        file(
            FileId::CardFaceCertificate,
            0x0004,
            Access::Free,
            RECORD_LIMIT,
            Source::Observed("CARD.md §2.3: EF 0004, 568 bytes"),
        ),
        file(FileId::NumberImage, 0x0005, A, RECORD_LIMIT, Source::Observed("CARD.md §2.3: EF 0005, A only")),
        file(
            FileId::CardFaceFiller,
            0x0006,
            A_OR_B,
            SMALL_LIMIT,
            Source::Observed("CARD.md §2.3: EF 0006, sixteen FF"),
        ),
    ],
    pins: &[
        number(
            PinId::CardFaceBirthDate,
            0x0011,
            "生年月日（券面事項確認）",
            "birth date (card face)",
            6,
            Source::Assumed("CARD.md §3: number of tries not published"),
        ),
        number(
            PinId::CardFaceNumberB,
            0x0012,
            "照合番号B（券面事項確認）",
            "verification number B (card face)",
            14,
            Source::Assumed("CARD.md §3: sources disagree, ten or three"),
        ),
        number(
            PinId::CardFaceNumberA,
            0x0013,
            "照合番号A（券面事項確認）",
            "verification number A (card face)",
            12,
            Source::Assumed("CARD.md §3: sources disagree, ten or three"),
        ),
    ],
    keys: &[KeyRow {
        id: KeyId::CardFaceInternal,
        application: CardFace,
        ef: Some(Ef(0x001A)),
        algorithm: RSA_2048,
        usage: KeyUse::Sign,
        access: Access::Free,
        is_default: true,
        source: Source::Observed("CARD.md §4: EF 001A, no PIN needed"),
    }],
    reserved: &[reserved(0x001C), reserved(0x001E)],
    source: Source::Observed("CARD.md §2: AID"),
};
