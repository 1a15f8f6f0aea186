//! 共通カードAP (CARD.md §2.5).

use super::{JUKI_PIN, RSA_2048, SMALL_LIMIT};
use crate::model::ApplicationId::Common;
use crate::model::{
    Access, Aid, ApplicationRow, Ef, FileId, FileRow, KeyId, KeyRow, KeyUse, PinId, PinRow, ReservedRow,
    Source, Structure,
};

const fn record(id: FileId, ef: u16, source: Source) -> FileRow {
    FileRow {
        id,
        application: Common,
        ef: Ef(ef),
        structure: Structure::Records,
        read: Access::Free,
        read_on_phone: None,
        limit: SMALL_LIMIT,
        source,
    }
}

/// The application's row.
pub const APPLICATION: ApplicationRow = ApplicationRow {
    id: Common,
    aid: Aid(&[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x01, 0x00]),
    japanese: "共通カードAP",
    english: "common",
    files: &[
        record(
            FileId::CommonRecord,
            0x0001,
            Source::Observed("CARD.md §2.5: EF 0001, serial, municipality, expiry"),
        ),
        record(FileId::CommonKeyReference, 0x0002, Source::Observed("CARD.md §2.5: EF 0002, 16 bytes")),
    ],
    pins: &[PinRow { id: PinId::Common, application: Common, ..JUKI_PIN }],
    keys: &[KeyRow {
        id: KeyId::CommonInternal,
        application: Common,
        ef: Some(Ef(0x0019)),
        algorithm: RSA_2048,
        usage: KeyUse::InternalAuthenticate,
        access: Access::Free,
        is_default: false,
        source: Source::Observed("CARD.md §4: EF 0019"),
    }],
    reserved: &[ReservedRow {
        application: Common,
        ef: Ef(0x001E),
        internal: true,
        source: Source::Observed("CARD.md §2.5: exists, purpose unknown"),
    }],
    source: Source::Observed("CARD.md §2: AID"),
};
