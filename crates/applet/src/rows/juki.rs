//! 住民基本台帳AP (CARD.md §2.4).

use super::{JUKI_PIN, SMALL_LIMIT};
use crate::model::ApplicationId::Juki;
use crate::model::{Access, Aid, ApplicationRow, Ef, FileId, FileRow, Source, Structure};

/// The application's row.
pub const APPLICATION: ApplicationRow = ApplicationRow {
    id: Juki,
    aid: Aid(&[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x01]),
    japanese: "住民基本台帳AP",
    english: "juki",
    files: &[FileRow {
        id: FileId::JukiKeyReference,
        application: Juki,
        ef: Ef(0x0002),
        structure: Structure::Records,
        read: Access::Free,
        read_on_phone: None,
        limit: SMALL_LIMIT,
        source: Source::Observed("CARD.md §2.4: EF 0002, one record of 16 bytes"),
    }],
    pins: &[JUKI_PIN],
    keys: &[],
    reserved: &[],
    source: Source::Observed("CARD.md §2: AID"),
};
