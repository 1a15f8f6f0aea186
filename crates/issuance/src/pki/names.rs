//! The names of the test authorities. None of them is a name of JPKI, and each says what it is.

use const_oid::ObjectIdentifier;
use der::asn1::{PrintableStringRef, Utf8StringRef};
use der::{Any, Decode, Encode};
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::name::{Name, RdnSequence, RelativeDistinguishedName};

use super::PkiError;
use crate::person::Municipality;

/// O of every certificate of ours.
pub const ORGANIZATION: &str = "MYNUMBER-TEST";
const AUTHORITY: &str = "Test Authority for Simulated Cards";
const JAPANESE_ORGANIZATION: &str = "模擬カード試験用認証サービス";
const JAPANESE_AUTHORITY: &str = "模擬カード試験用認証局";

const COUNTRY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.6");
const LOCALITY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.7");
const O: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.10");
const OU: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.11");
const CN: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");

/// Which of the two X.509 authorities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Signature,
    UserAuthentication,
}

impl Kind {
    const fn unit(self) -> &'static str {
        match self {
            Self::Signature => "TEST for digital signature",
            Self::UserAuthentication => "TEST for user authentication",
        }
    }

    const fn japanese_unit(self) -> &'static str {
        match self {
            Self::Signature => "模擬カード試験用認証サービス署名用",
            Self::UserAuthentication => "模擬カード試験用認証サービス利用者証明用",
        }
    }

    /// Subject of the authority, and issuer of all it issues.
    pub(crate) fn authority(self) -> Result<Name, PkiError> {
        name(&[(O, ORGANIZATION), (OU, self.unit()), (OU, AUTHORITY)])
    }

    /// The authority's alternative name in Japanese.
    pub(crate) fn japanese_authority(self) -> Result<Name, PkiError> {
        name(&[(O, JAPANESE_ORGANIZATION), (OU, self.japanese_unit()), (OU, JAPANESE_AUTHORITY)])
    }

    /// The name of the CRL that holds the certificates of one municipality (CARD.md §5.2).
    pub(crate) fn crl(self, municipality: &Municipality) -> Result<Name, PkiError> {
        let common_name = format!("{} CRLDP", municipality.city);
        name(&[
            (O, ORGANIZATION),
            (OU, self.unit()),
            (OU, "CRL Distribution Points"),
            (OU, &municipality.prefecture),
            (CN, &common_name),
        ])
    }

    /// The subject of a delegate that answers OCSP requests.
    pub(crate) fn responder(self) -> Result<Name, PkiError> {
        name(&[(O, ORGANIZATION), (OU, self.unit()), (CN, "TEST OCSP Responder")])
    }

    /// The subject of a holder's certificate: the municipality stands in signature certificates only.
    pub(crate) fn holder(self, municipality: &Municipality, common_name: &str) -> Result<Name, PkiError> {
        match self {
            Self::Signature => name(&[
                (LOCALITY, &municipality.prefecture),
                (LOCALITY, &municipality.city),
                (CN, common_name),
            ]),
            Self::UserAuthentication => name(&[(CN, common_name)]),
        }
    }
}

/// A name that begins with C=JP; the country is a PrintableString, all others are UTF8Strings.
fn name(attributes: &[(ObjectIdentifier, &str)]) -> Result<Name, PkiError> {
    let mut rdns = vec![rdn(COUNTRY, PrintableStringRef::new("JP")?.into())?];
    for (oid, text) in attributes {
        rdns.push(rdn(*oid, utf8(text)?)?);
    }
    Ok(Name::from_der(&RdnSequence::from(rdns).to_der()?)?)
}

fn rdn(oid: ObjectIdentifier, value: Any) -> Result<RelativeDistinguishedName, PkiError> {
    Ok(RelativeDistinguishedName::try_from(vec![AttributeTypeAndValue { oid, value }])?)
}

/// A UTF8String as an open value.
pub(super) fn utf8(text: &str) -> Result<Any, PkiError> {
    Ok(Any::encode_from(&Utf8StringRef::new(text)?)?)
}
