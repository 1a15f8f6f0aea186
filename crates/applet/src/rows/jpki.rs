//! 公的個人認証AP (CARD.md §2.1).

use super::{CERTIFICATE_LIMIT, RSA_2048, SMALL_LIMIT};
use crate::model::ApplicationId::Jpki;
use crate::model::{
    Access, Aid, ApplicationRow, ChangeForm, Ef, FileId, FileRow, KeyId, KeyRow, KeyUse, PinFormat, PinId,
    PinRow, ReservedRow, ResetPlace, Source, Structure,
};

const SIGNATURE: Access = Access::AnyOf(&[PinId::Signature]);
const USER_AUTHENTICATION: Access = Access::AnyOf(&[PinId::UserAuthentication]);

const fn file(id: FileId, ef: u16, read: Access, limit: u16, source: Source) -> FileRow {
    FileRow {
        id,
        application: Jpki,
        ef: Ef(ef),
        structure: Structure::Transparent,
        read,
        read_on_phone: None,
        limit,
        source,
    }
}

const fn reserved(ef: u16, internal: bool) -> ReservedRow {
    ReservedRow {
        application: Jpki,
        ef: Ef(ef),
        internal,
        source: Source::Observed("CARD.md §2.1: exists, purpose unknown"),
    }
}

/// The application's row.
pub const APPLICATION: ApplicationRow = ApplicationRow {
    id: Jpki,
    aid: Aid(&[0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01]),
    japanese: "公的個人認証AP",
    english: "jpki",
    files: &[
        file(
            FileId::SignatureCertificate,
            0x0001,
            SIGNATURE,
            CERTIFICATE_LIMIT,
            Source::Observed("CARD.md §2.1: EF 0001, behind the signature password"),
        ),
        file(
            FileId::SignatureCaCertificate,
            0x0002,
            Access::Free,
            CERTIFICATE_LIMIT,
            Source::Observed("CARD.md §2.1: EF 0002"),
        ),
        file(
            FileId::TokenInfo,
            0x0006,
            Access::Free,
            SMALL_LIMIT,
            Source::Observed("CARD.md §2.1: EF 0006, 160 bytes"),
        ),
        file(
            FileId::CertificateAvailability,
            0x0008,
            Access::Free,
            SMALL_LIMIT,
            Source::Observed("CARD.md §2.1: EF 0008, three bytes"),
        ),
        FileRow {
            read_on_phone: Some(USER_AUTHENTICATION),
            ..file(
                FileId::UserAuthenticationCertificate,
                0x000A,
                Access::Free,
                CERTIFICATE_LIMIT,
                Source::Observed("CARD.md §2.1: EF 000A, free on the card"),
            )
        },
        file(
            FileId::UserAuthenticationCaCertificate,
            0x000B,
            Access::Free,
            CERTIFICATE_LIMIT,
            Source::Observed("CARD.md §2.1: EF 000B"),
        ),
    ],
    pins: &[
        PinRow {
            id: PinId::Signature,
            application: Jpki,
            ef: Ef(0x001B),
            japanese: "署名用電子証明書パスワード",
            english: "signature password",
            format: PinFormat::SignaturePassword,
            tries: 5,
            tries_source: Source::Spec("CARD.md §3: five, published by J-LIS"),
            change: ChangeForm::ChangeReferenceData,
            reset: &[ResetPlace::MunicipalWindow, ResetPlace::ConvenienceStore],
            source: Source::Observed("CARD.md §3: EF 001B"),
        },
        PinRow {
            id: PinId::UserAuthentication,
            application: Jpki,
            ef: Ef(0x0018),
            japanese: "利用者証明用電子証明書暗証番号",
            english: "user-authentication PIN",
            format: PinFormat::Digits(4),
            tries: 3,
            tries_source: Source::Spec("CARD.md §3: three, published by J-LIS"),
            change: ChangeForm::ChangeReferenceData,
            reset: &[ResetPlace::MunicipalWindow, ResetPlace::ConvenienceStore],
            source: Source::Observed("CARD.md §3: EF 0018"),
        },
    ],
    keys: &[
        KeyRow {
            id: KeyId::Signature,
            application: Jpki,
            ef: Some(Ef(0x001A)),
            algorithm: RSA_2048,
            usage: KeyUse::Sign,
            access: SIGNATURE,
            is_default: false,
            source: Source::Observed("CARD.md §4: EF 001A"),
        },
        KeyRow {
            id: KeyId::UserAuthentication,
            application: Jpki,
            ef: Some(Ef(0x0017)),
            algorithm: RSA_2048,
            usage: KeyUse::Sign,
            access: USER_AUTHENTICATION,
            is_default: false,
            source: Source::Observed("CARD.md §4: EF 0017"),
        },
    ],
    reserved: &[
        reserved(0x0005, false),
        reserved(0x0009, false),
        reserved(0x0010, true),
        reserved(0x0016, true),
        reserved(0x0019, true),
        reserved(0x001C, true),
        reserved(0x001E, true),
    ],
    source: Source::Observed("CARD.md §2: AID"),
};
