//! The card-manager level: what answers when no application is selected (CARD.md §2.6).

use crate::model::{Aid, DataObjectId, DataObjectRow, Source};

/// The GlobalPlatform issuer security domain; selecting it ends every verified state (CARD.md §3.2).
pub const AID: Aid = Aid(&[0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00]);

const fn object(id: DataObjectId, tag: u16) -> DataObjectRow {
    DataObjectRow { id, tag, source: Source::Observed("CARD.md §2.6: GET DATA at card-manager level") }
}

/// The data objects that GET DATA returns.
pub const DATA_OBJECTS: &[DataObjectRow] = &[
    object(DataObjectId::IssuerIdentification, 0x0042),
    object(DataObjectId::CardIdentification, 0x0045),
    object(DataObjectId::CardRecognition, 0x0066),
    object(DataObjectId::MunicipalityCode, 0x00F0),
    object(DataObjectId::ExpiryDate, 0x00F2),
    object(DataObjectId::IntermediateKeyId, 0x00F7),
    object(DataObjectId::IntermediateCertificate, 0x00F8),
    object(DataObjectId::LowerCertificate, 0x7F21),
    object(DataObjectId::ContactAtr, 0x5F51),
];
