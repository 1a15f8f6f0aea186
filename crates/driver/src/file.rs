//! The files of the card as types: who may read what is checked by the compiler.

use mynumber_applet::FileId;
use mynumber_applet::pin::{Reference, reference};

mod sealed {
    pub trait Sealed {}
}

/// A readable file. Sealed: one type for each [`FileId`].
pub trait File: sealed::Sealed + 'static {
    /// The file's identity.
    const ID: FileId;
}

/// A file that anybody may read (on the card; a phone may keep it behind a PIN).
pub trait FreeFile: File {}

/// What may be read in a session that this reference unlocked: the files it opens and the free ones beside them.
pub trait Opens<F: File>: Reference {}

macro_rules! files {
    ($($name:ident),* $(,)?) => { $(
        #[doc = concat!("The file [`FileId::", stringify!($name), "`].")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name {}

        impl sealed::Sealed for $name {}

        impl File for $name {
            const ID: FileId = FileId::$name;
        }
    )* };
}
files!(
    SignatureCertificate,
    SignatureCaCertificate,
    TokenInfo,
    CertificateAvailability,
    UserAuthenticationCertificate,
    UserAuthenticationCaCertificate,
    IndividualNumber,
    Attributes,
    InputAssistIntegrity,
    InputAssistCertificate,
    InputAssistBasicInfo,
    SessionPublicKey,
    InputAssistKeyRecord,
    InputAssistFiller,
    AgeRecord,
    CardFace,
    CardFaceBasicInfo,
    CardFaceCertificate,
    NumberImage,
    CardFaceFiller,
    JukiKeyReference,
    CommonRecord,
    CommonKeyReference,
);

macro_rules! free {
    ($($name:ident),* $(,)?) => {
        $( impl FreeFile for $name {} )*
        #[cfg(test)]
        const FREE: &[FileId] = &[$(FileId::$name),*];
    };
}
free!(
    SignatureCaCertificate,
    TokenInfo,
    CertificateAvailability,
    UserAuthenticationCertificate,
    UserAuthenticationCaCertificate,
    InputAssistCertificate,
    InputAssistBasicInfo,
    CardFaceBasicInfo,
    CardFaceCertificate,
    JukiKeyReference,
    CommonRecord,
    CommonKeyReference,
);

macro_rules! opens {
    ($($reference:ident: [$($name:ident),* $(,)?])*) => {
        $( $( impl Opens<$name> for reference::$reference {} )* )*
        #[cfg(test)]
        const OPENS: &[(mynumber_applet::PinId, &[FileId])] =
            &[$((mynumber_applet::PinId::$reference, &[$(FileId::$name),*])),*];
    };
}
opens! {
    Signature: [
        SignatureCertificate, SignatureCaCertificate, TokenInfo, CertificateAvailability,
        UserAuthenticationCertificate, UserAuthenticationCaCertificate,
    ]
    UserAuthentication: [
        SignatureCaCertificate, TokenInfo, CertificateAvailability, UserAuthenticationCertificate,
        UserAuthenticationCaCertificate,
    ]
    InputAssist: [
        IndividualNumber, Attributes, InputAssistIntegrity, InputAssistCertificate, InputAssistBasicInfo,
        SessionPublicKey, InputAssistKeyRecord, InputAssistFiller,
    ]
    InputAssistNumberA: [
        IndividualNumber, InputAssistIntegrity, InputAssistCertificate, InputAssistBasicInfo, SessionPublicKey,
        InputAssistKeyRecord, InputAssistFiller,
    ]
    InputAssistNumberB: [
        Attributes, InputAssistIntegrity, InputAssistCertificate, InputAssistBasicInfo, SessionPublicKey,
        InputAssistKeyRecord, InputAssistFiller,
    ]
    CardFaceBirthDate: [AgeRecord, CardFaceBasicInfo, CardFaceCertificate]
    CardFaceNumberA: [CardFace, CardFaceBasicInfo, CardFaceCertificate, NumberImage, CardFaceFiller]
    CardFaceNumberB: [CardFace, CardFaceBasicInfo, CardFaceCertificate, CardFaceFiller]
    Juki: [JukiKeyReference]
    Common: [CommonRecord, CommonKeyReference]
}

#[cfg(test)]
mod tests {
    use super::*;
    use mynumber_applet::{Access, rows};

    #[test]
    fn the_types_of_free_files_are_the_rows_of_free_files() {
        for row in rows::files() {
            assert_eq!(FREE.contains(&row.id), row.read == Access::Free, "{:?}", row.id);
        }
    }

    #[test]
    fn what_a_reference_opens_is_what_the_rows_say() {
        for &(pin, files) in OPENS {
            for row in rows::files() {
                let opened = match row.read {
                    Access::Free => row.application == pin.row().application,
                    Access::AnyOf(pins) => pins.contains(&pin),
                    Access::Never => false,
                };
                assert_eq!(files.contains(&row.id), opened, "{pin:?} {:?}", row.id);
            }
        }
    }
}
