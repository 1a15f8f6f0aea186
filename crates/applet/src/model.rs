//! The kinds of rows that the model is made of.

use core::fmt;

/// Where a row comes from, with the sentence of CARD.md that carries the citation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A published standard or official document says so.
    Spec(&'static str),
    /// Somebody measured it on a physical card and published it.
    Observed(&'static str),
    /// Nobody published it; this is our choice. The number of these may only fall.
    Assumed(&'static str),
}

/// An application identifier (ISO 7816-5): 5 to 16 bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Aid(pub &'static [u8]);

impl fmt::Debug for Aid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Aid({self})")
    }
}

impl fmt::Display for Aid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02X}"))
    }
}

/// An elementary-file identifier (ISO 7816-4 §7.3.1.1).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ef(pub u16);

impl Ef {
    /// The short EF identifier, 1 to 30, if the file has one: its low five bits, as every file of this card has it
    /// (CARD.md §2).
    #[must_use]
    pub const fn short(self) -> Option<u8> {
        match self.0.to_be_bytes() {
            [0, id @ 1..=30] => Some(id),
            _ => None,
        }
    }
}

impl fmt::Debug for Ef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ef({:04X})", self.0)
    }
}

impl fmt::Display for Ef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04X}", self.0)
    }
}

/// The five applications of the card (CARD.md §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ApplicationId {
    /// 公的個人認証AP: the two certificates and their keys.
    Jpki,
    /// 券面事項入力補助AP: My Number and the four attributes as text.
    InputAssist,
    /// 券面事項確認AP: the face of the card as images.
    CardFace,
    /// 住民基本台帳AP.
    Juki,
    /// 共通カードAP.
    Common,
}

/// Every secret that a holder or a program presents (CARD.md §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum PinId {
    /// 署名用電子証明書のパスワード.
    Signature,
    /// 利用者証明用電子証明書の暗証番号.
    UserAuthentication,
    /// 券面事項入力補助用の暗証番号.
    InputAssist,
    /// A reference of the input-assist application that every card seen delivers blocked.
    InputAssistReserved,
    /// 照合番号A (My Number) of the input-assist application.
    InputAssistNumberA,
    /// 照合番号B of the input-assist application.
    InputAssistNumberB,
    /// 生年月日 (six digits) of the card-face application.
    CardFaceBirthDate,
    /// 照合番号A (My Number) of the card-face application.
    CardFaceNumberA,
    /// 照合番号B of the card-face application.
    CardFaceNumberB,
    /// 住民基本台帳用の暗証番号, in the juki application.
    Juki,
    /// 住民基本台帳用の暗証番号 once more, in the common application.
    Common,
}

/// Every private key of the card (CARD.md §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum KeyId {
    /// 署名用秘密鍵.
    Signature,
    /// 利用者証明用秘密鍵.
    UserAuthentication,
    /// Proves the chip genuine to readers of the input-assist application.
    InputAssistInternal,
    /// Receives session keys for secure messaging in the input-assist application.
    InputAssistSession,
    /// Proves the chip genuine to readers of the card-face application.
    CardFaceInternal,
    /// INTERNAL AUTHENTICATE of the common application.
    CommonInternal,
}

/// Every readable file whose meaning is known, and those that are only known to be there (CARD.md §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum FileId {
    /// 署名用電子証明書: X.509, DER.
    SignatureCertificate,
    /// 署名用CA証明書: X.509, DER.
    SignatureCaCertificate,
    /// Token information: a serialised `CK_TOKEN_INFO`.
    TokenInfo,
    /// Which of the two certificates are there.
    CertificateAvailability,
    /// 利用者証明用電子証明書: X.509, DER.
    UserAuthenticationCertificate,
    /// 利用者証明用CA証明書: X.509, DER.
    UserAuthenticationCaCertificate,
    /// 個人番号 as text.
    IndividualNumber,
    /// The four attributes (name, address, birth date, sex) as text.
    Attributes,
    /// Digests of number and attributes, signed.
    InputAssistIntegrity,
    /// Card-verifiable certificate of the key that signs the input-assist records.
    InputAssistCertificate,
    /// Basic information of the input-assist application.
    InputAssistBasicInfo,
    /// Public key for session-key delivery.
    SessionPublicKey,
    /// Public key of [`KeyId::InputAssistInternal`], signed.
    InputAssistKeyRecord,
    /// Sixteen `FF` bytes of unknown purpose in the input-assist application.
    InputAssistFiller,
    /// Birth date and chip key, signed.
    AgeRecord,
    /// The card face: attributes as images, photo, chip key, signed.
    CardFace,
    /// Basic information of the card-face application.
    CardFaceBasicInfo,
    /// Card-verifiable certificate of the key that signs the card-face records.
    CardFaceCertificate,
    /// My Number as an image, and chip key, signed.
    NumberImage,
    /// Sixteen `FF` bytes of unknown purpose in the card-face application.
    CardFaceFiller,
    /// Key reference of the juki application.
    JukiKeyReference,
    /// Serial number, municipality code, expiry date.
    CommonRecord,
    /// Key reference of the common application.
    CommonKeyReference,
}

/// Data objects that GET DATA returns when no application is selected (CARD.md §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum DataObjectId {
    /// Tag `42`: issuer identification, a key reference.
    IssuerIdentification,
    /// Tag `45`: card identification number.
    CardIdentification,
    /// Tag `66`: card recognition data of GlobalPlatform.
    CardRecognition,
    /// Tag `F0`: municipality code, five digits.
    MunicipalityCode,
    /// Tag `F2`: expiry date of the card, `YYYYMMDD`.
    ExpiryDate,
    /// Tag `F7`: key id of the intermediate authority.
    IntermediateKeyId,
    /// Tag `F8`: card-verifiable certificate, root to intermediate.
    IntermediateCertificate,
    /// Tag `7F21`: card-verifiable certificate, intermediate to lower key.
    LowerCertificate,
    /// Tag `5F51`: the contact ATR without its first byte.
    ContactAtr,
}

/// Who may do a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Free,
    /// Whoever presented one of these secrets since the application was selected.
    AnyOf(&'static [PinId]),
    /// Nobody outside.
    Never,
}

/// How a file is built (ISO 7816-4 §7.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Structure {
    /// Bytes, read by READ BINARY.
    Transparent,
    /// Records, read by READ RECORD.
    Records,
}

/// One readable file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileRow {
    /// Its identity.
    pub id: FileId,
    /// The application that holds it.
    pub application: ApplicationId,
    /// Its file identifier.
    pub ef: Ef,
    /// How it is built.
    pub structure: Structure,
    /// Who may read it on the card.
    pub read: Access,
    /// Who may read it on a phone token, where that differs (CARD.md §7).
    pub read_on_phone: Option<Access>,
    /// The most bytes that a host accepts for it.
    pub limit: u16,
    /// Where this row comes from.
    pub source: Source,
}

/// An EF that is known to exist and whose content or purpose is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReservedRow {
    /// The application that holds it.
    pub application: ApplicationId,
    /// Its file identifier.
    pub ef: Ef,
    /// Whether it is an internal EF (keys, references); otherwise a working EF that nobody opens.
    pub internal: bool,
    /// Where this row comes from.
    pub source: Source,
}

/// The form that a secret must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinFormat {
    /// 6 to 16 capital letters and digits, at least one of each.
    SignaturePassword,
    /// Exactly this many digits.
    Digits(u8),
}

impl PinFormat {
    /// Whether `value` has the form; what a card checks before it stores a new value.
    #[must_use]
    pub fn accepts(self, value: &[u8]) -> bool {
        match self {
            Self::Digits(count) => value.len() == usize::from(count) && value.iter().all(u8::is_ascii_digit),
            Self::SignaturePassword => {
                (6..=16).contains(&value.len())
                    && value.iter().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
                    && value.iter().any(u8::is_ascii_digit)
                    && value.iter().any(u8::is_ascii_uppercase)
            }
        }
    }
}

/// The command by which the holder changes a secret, after VERIFY of the old value (CARD.md §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeForm {
    /// `00 24 01 80`, data = new value.
    ChangeReferenceData,
    /// `80 32 00 80`, data = new value.
    ChangeKey,
    /// The holder cannot change it.
    None,
}

/// Where people get a forgotten or blocked secret set anew (CARD.md §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResetPlace {
    /// The window of the municipality.
    MunicipalWindow,
    /// A convenience-store kiosk, for holders who know the other certificate's secret.
    ConvenienceStore,
    /// Nowhere: the value is printed on the card or is its number, or cannot be used at all.
    Nowhere,
}

/// One PIN, password or verification number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PinRow {
    /// Its identity.
    pub id: PinId,
    /// The application that holds it.
    pub application: ApplicationId,
    /// The file identifier of its internal EF.
    pub ef: Ef,
    /// Its official Japanese name.
    pub japanese: &'static str,
    /// Its English name.
    pub english: &'static str,
    /// Its form.
    pub format: PinFormat,
    /// Wrong tries in a row that block it.
    pub tries: u8,
    /// Where the number of tries comes from.
    pub tries_source: Source,
    /// How the holder changes it.
    pub change: ChangeForm,
    /// Where it is reset.
    pub reset: &'static [ResetPlace],
    /// Where this row comes from.
    pub source: Source,
}

/// The algorithm of a key pair: data, since the next card brings others (CARD.md §7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyAlgorithm {
    /// RSA with a modulus of this many bits and the exponent 65,537.
    Rsa {
        /// Modulus length in bits.
        bits: u16,
    },
    /// ECDSA on P-384.
    EcdsaP384,
}

/// The command that uses a private key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyUse {
    /// `80 2A`: COMPUTE DIGITAL SIGNATURE in the schemes of CARD.md §4.
    Sign,
    /// `00 88 00 99`: INTERNAL AUTHENTICATE.
    InternalAuthenticate,
    /// `80 AE`: SET SESSION KEY.
    SessionKey,
}

/// One private key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyRow {
    /// Its identity.
    pub id: KeyId,
    /// The application that holds it.
    pub application: ApplicationId,
    /// The file identifier of its internal EF, if that is known.
    pub ef: Option<Ef>,
    /// Its algorithm on today's cards.
    pub algorithm: KeyAlgorithm,
    /// The command that uses it.
    pub usage: KeyUse,
    /// Who may use it.
    pub access: Access,
    /// Whether `P2 = 00` means this key.
    pub is_default: bool,
    /// Where this row comes from.
    pub source: Source,
}

/// One data object of the card-manager level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataObjectRow {
    /// Its identity.
    pub id: DataObjectId,
    /// Its tag, P1-P2 of GET DATA.
    pub tag: u16,
    /// Where this row comes from.
    pub source: Source,
}

/// One application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ApplicationRow {
    /// Its identity.
    pub id: ApplicationId,
    /// Its application identifier.
    pub aid: Aid,
    /// Its Japanese name.
    pub japanese: &'static str,
    /// Its English name, as in code.
    pub english: &'static str,
    /// Its readable files.
    pub files: &'static [FileRow],
    /// Its secrets.
    pub pins: &'static [PinRow],
    /// Its private keys.
    pub keys: &'static [KeyRow],
    /// Files known to exist and not understood.
    pub reserved: &'static [ReservedRow],
    /// Where this row comes from.
    pub source: Source,
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::format;

    #[test]
    fn identifiers_are_shown_in_hex_and_have_a_short_form_from_1_to_30() {
        let aid = Aid(&[0xD3, 0x92, 0x0F]);
        assert_eq!((format!("{aid}"), format!("{aid:?}")), ("D3920F".into(), "Aid(D3920F)".into()));
        assert_eq!(
            (format!("{}", Ef(0x1B)), format!("{:?}", Ef(0xABCD))),
            ("001B".into(), "Ef(ABCD)".into())
        );
        for number in 0..=u16::MAX {
            let short = u8::try_from(number).ok().filter(|short| (1..=30).contains(short));
            assert_eq!(Ef(number).short(), short, "{number}");
        }
    }
}
