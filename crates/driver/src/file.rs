//! The files of the card as types: who may read what is checked by the compiler.

use core::fmt;
use core::marker::PhantomData;

use mynumber_applet::FileId;
use mynumber_applet::content::{self, ContentError};
use mynumber_applet::pin::{Reference, reference};

use crate::cache::FileBytes;
use crate::error::{Error, ErrorKind, Object, Step};

mod sealed {
    pub trait Sealed {}
}

/// A readable file. Sealed: one type for each [`FileId`].
pub trait File: sealed::Sealed + 'static {
    /// What its content is read as; plain bytes where it is DER or where nothing is known of it.
    type View<'a>;
    /// The file's identity.
    const ID: FileId;

    /// Reads the content as what it is: the structure is checked, the meaning left to the view.
    ///
    /// # Errors
    /// [`ContentError`] when it is something else.
    fn view(bytes: &FileBytes) -> Result<Self::View<'_>, ContentError>;
}

/// The content of a file that was read: owned bytes, wiped when dropped, and the view of them.
pub struct Contents<F: File> {
    bytes: FileBytes,
    file: PhantomData<F>,
}

impl<F: File> Contents<F> {
    pub(crate) const fn new(bytes: FileBytes) -> Self {
        Self { bytes, file: PhantomData }
    }

    /// The file as the card gave it, filler included.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.bytes.bytes()
    }

    /// The content without filler: exactly one element where the file is made of TLV; a certificate in DER.
    #[must_use]
    pub fn content(&self) -> &[u8] {
        self.bytes.content()
    }

    /// What the content says.
    ///
    /// # Errors
    /// [`ErrorKind::Content`] when it is not what this file should hold.
    pub fn view(&self) -> Result<F::View<'_>, Error> {
        F::view(&self.bytes)
            .map_err(|cause| Error::new(ErrorKind::Content(cause), Step::Read, Object::File(F::ID)))
    }

    /// The bytes, without their type.
    #[must_use]
    pub fn into_bytes(self) -> FileBytes {
        self.bytes
    }
}

impl<F: File> fmt::Debug for Contents<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}[{}]", F::ID, self.bytes.bytes().len())
    }
}

/// A file that anybody may read (on the card; a phone may keep it behind a PIN).
pub trait FreeFile: File {}

/// What may be read in a session that this reference unlocked: the files it opens and the free ones beside them.
pub trait Opens<F: File>: Reference {}

macro_rules! files {
    ($($name:ident => $view:ty, $parse:expr, $part:ident;)*) => { $(
        #[doc = concat!("The file [`FileId::", stringify!($name), "`].")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name {}

        impl sealed::Sealed for $name {}

        impl File for $name {
            type View<'a> = $view;
            const ID: FileId = FileId::$name;

            fn view(bytes: &FileBytes) -> Result<Self::View<'_>, ContentError> {
                $parse(bytes.$part())
            }
        }
    )* };
}
files! {
    SignatureCertificate => &'a [u8], Ok, content;
    SignatureCaCertificate => &'a [u8], Ok, content;
    TokenInfo => content::TokenInfo<'a>, content::TokenInfo::parse, bytes;
    CertificateAvailability => content::CertificateAvailability, content::CertificateAvailability::parse, bytes;
    UserAuthenticationCertificate => &'a [u8], Ok, content;
    UserAuthenticationCaCertificate => &'a [u8], Ok, content;
    IndividualNumber => content::IndividualNumber<'a>, content::IndividualNumber::parse, bytes;
    Attributes => content::Attributes<'a>, content::Attributes::parse, bytes;
    InputAssistIntegrity => content::InputAssistIntegrity<'a>, content::InputAssistIntegrity::parse, bytes;
    InputAssistCertificate => content::CardVerifiableCertificate<'a>, content::CardVerifiableCertificate::parse, bytes;
    InputAssistBasicInfo => content::InputAssistBasicInfo<'a>, content::InputAssistBasicInfo::parse, bytes;
    SessionPublicKey => content::SessionPublicKey<'a>, content::SessionPublicKey::parse, bytes;
    InputAssistKeyRecord => content::KeyRecord<'a>, content::KeyRecord::parse, bytes;
    InputAssistFiller => &'a [u8], Ok, bytes;
    AgeRecord => content::AgeRecord<'a>, content::AgeRecord::parse, bytes;
    CardFace => content::CardFace<'a>, content::CardFace::parse, bytes;
    CardFaceBasicInfo => content::CardFaceBasicInfo<'a>, content::CardFaceBasicInfo::parse, bytes;
    CardFaceCertificate => content::CardVerifiableCertificate<'a>, content::CardVerifiableCertificate::parse, bytes;
    NumberImage => content::NumberImage<'a>, content::NumberImage::parse, bytes;
    CardFaceFiller => &'a [u8], Ok, bytes;
    JukiKeyReference => content::KeyReference, content::KeyReference::parse, bytes;
    CommonRecord => content::CommonRecord<'a>, content::CommonRecord::parse, bytes;
    CommonKeyReference => content::KeyReference, content::KeyReference::parse, bytes;
}

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
