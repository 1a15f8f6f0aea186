//! What must hold of the rows, checked when the crate is compiled.

use super::APPLICATIONS;
use crate::model::{Access, ApplicationRow, DataObjectId, Ef, FileId, KeyId, PinId};

/// The number of a field-less enumeration's variant: equality is not const yet.
macro_rules! code_of {
    ($id:expr) => {{
        #[expect(clippy::as_conversions, reason = "the only const way from a variant to its number")]
        let code = $id as usize;
        code
    }};
}
pub(super) use code_of;

/// Counts how often each file identifier of an application is used, internal EFs without one aside.
const fn uses(application: &ApplicationRow, ef: Ef) -> usize {
    let mut count = 0;
    let mut files = application.files;
    while let [row, rest @ ..] = files {
        count += same(row.ef, ef);
        files = rest;
    }
    let mut pins = application.pins;
    while let [row, rest @ ..] = pins {
        count += same(row.ef, ef);
        pins = rest;
    }
    let mut keys = application.keys;
    while let [row, rest @ ..] = keys {
        if let Some(key) = row.ef {
            count += same(key, ef);
        }
        keys = rest;
    }
    let mut reserved = application.reserved;
    while let [row, rest @ ..] = reserved {
        count += same(row.ef, ef);
        reserved = rest;
    }
    count
}

const fn same(left: Ef, right: Ef) -> usize {
    if left.0 == right.0 { 1 } else { 0 }
}

/// An access rule names secrets of its own application only: verified states do not cross applications.
const fn stays_inside(access: Access, application: &ApplicationRow) -> bool {
    let Access::AnyOf(mut wanted) = access else { return true };
    if wanted.is_empty() {
        return false;
    }
    while let [pin, rest @ ..] = wanted {
        if !has_pin(application, *pin) {
            return false;
        }
        wanted = rest;
    }
    true
}

const fn has_pin(application: &ApplicationRow, pin: PinId) -> bool {
    let mut pins = application.pins;
    while let [row, rest @ ..] = pins {
        if code_of!(row.id) == code_of!(pin) {
            return true;
        }
        pins = rest;
    }
    false
}

const fn check(application: &ApplicationRow) {
    let id = code_of!(application.id);
    assert!(application.aid.0.len() >= 5 && application.aid.0.len() <= 16, "an AID has 5 to 16 bytes");
    let mut ef = 0u16;
    while ef <= 0xFF {
        let count = uses(application, Ef(ef));
        assert!(count <= 1, "a file identifier is used twice");
        assert!(count == 0 || Ef(ef).short().is_some(), "every file of the card has a short EF identifier");
        ef += 1;
    }
    let mut files = application.files;
    while let [row, rest @ ..] = files {
        assert!(code_of!(row.application) == id, "a file names another application");
        assert!(row.ef.0 <= 0xFF && row.limit <= 0x7FFF, "READ BINARY reaches 32 KiB");
        assert!(stays_inside(row.read, application), "a file is opened by a secret of another application");
        if let Some(read) = row.read_on_phone {
            assert!(stays_inside(read, application), "a file is opened by a secret of another application");
        }
        files = rest;
    }
    let mut pins = application.pins;
    while let [row, rest @ ..] = pins {
        assert!(code_of!(row.application) == id, "a secret names another application");
        assert!(row.ef.0 <= 0xFF && row.tries <= 15, "63Cx shows 15 tries at most");
        pins = rest;
    }
    let mut keys = application.keys;
    let mut defaults = 0;
    while let [row, rest @ ..] = keys {
        assert!(code_of!(row.application) == id, "a key names another application");
        assert!(stays_inside(row.access, application), "a key is opened by a secret of another application");
        if row.is_default {
            defaults += 1;
        }
        keys = rest;
    }
    assert!(defaults <= 1, "an application has one default key at most");
}

const _: () = {
    let mut applications = APPLICATIONS;
    while let [application, rest @ ..] = applications {
        check(application);
        applications = rest;
    }
};

/// Every identity has a row: evaluating the lookup at compile time fails otherwise.
macro_rules! every_identity_has_a_row {
    ($($id:path),* $(,)?) => { $(const _: () = { let _ = $id.row(); };)* };
}
every_identity_has_a_row!(
    PinId::Signature,
    PinId::UserAuthentication,
    PinId::InputAssist,
    PinId::InputAssistReserved,
    PinId::InputAssistNumberA,
    PinId::InputAssistNumberB,
    PinId::CardFaceBirthDate,
    PinId::CardFaceNumberA,
    PinId::CardFaceNumberB,
    PinId::Juki,
    PinId::Common,
    KeyId::Signature,
    KeyId::UserAuthentication,
    KeyId::InputAssistInternal,
    KeyId::InputAssistSession,
    KeyId::CardFaceInternal,
    KeyId::CommonInternal,
    FileId::SignatureCertificate,
    FileId::SignatureCaCertificate,
    FileId::TokenInfo,
    FileId::CertificateAvailability,
    FileId::UserAuthenticationCertificate,
    FileId::UserAuthenticationCaCertificate,
    FileId::IndividualNumber,
    FileId::Attributes,
    FileId::InputAssistIntegrity,
    FileId::InputAssistCertificate,
    FileId::InputAssistBasicInfo,
    FileId::SessionPublicKey,
    FileId::InputAssistKeyRecord,
    FileId::InputAssistFiller,
    FileId::AgeRecord,
    FileId::CardFace,
    FileId::CardFaceBasicInfo,
    FileId::CardFaceCertificate,
    FileId::NumberImage,
    FileId::CardFaceFiller,
    FileId::JukiKeyReference,
    FileId::CommonRecord,
    FileId::CommonKeyReference,
    DataObjectId::IssuerIdentification,
    DataObjectId::CardIdentification,
    DataObjectId::CardRecognition,
    DataObjectId::MunicipalityCode,
    DataObjectId::ExpiryDate,
    DataObjectId::IntermediateKeyId,
    DataObjectId::IntermediateCertificate,
    DataObjectId::LowerCertificate,
    DataObjectId::ContactAtr,
);

#[cfg(test)]
#[path = "consistency_tests.rs"]
mod tests;
