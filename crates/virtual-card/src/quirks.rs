//! Peculiarities that real cards and readers have, to be laid over a card.

use std::collections::BTreeMap;
use std::time::Duration;

use mynumber_applet::{ApplicationId, DataObjectId, FileId, KeyId, PinId, TokenKind, rows};
use serde::Deserialize;

use crate::atr;
use crate::image::{FileContents, Image};

/// Peculiarities of behaviour and of content; the default is none.
///
/// Those of behaviour are laid over a card by [`VirtualCard::with_quirks`](crate::VirtualCard::with_quirks). Those of
/// content (`atr`, `token`, `absent`, `tries_left`) are worked into an image by [`Quirks::shape`] before a card is made.
///
/// ```
/// let quirks = mynumber_virtual_card::Quirks::from_toml(
///     r#"
///     no-extended = true
///     chain-above = 0
///     absent = "signature"
///     [tries-left]
///     user-authentication = 1
///     "#,
/// )?;
/// assert!(quirks.no_extended);
/// # Ok::<(), mynumber_virtual_card::QuirksError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Quirks {
    /// Commands in the extended form are answered `6700`.
    pub no_extended: bool,
    /// Response data of more than this many bytes comes by `61xx` and GET RESPONSE.
    pub chain_above: Option<u16>,
    /// Reading commands whose `Le` is not exact are answered `6Cxx`, and must be sent again.
    pub exact_le: bool,
    /// The first command after power comes on is answered `6F00` (CARD.md §1.3).
    pub first_command_fails: bool,
    /// The query of a verified reference is answered `9000` (CARD.md §3.1: "some cards").
    pub verified_query_succeeds: bool,
    /// VERIFY of a blocked reference is answered `6983` in the place of `6984` (CARD.md §12).
    pub blocked_is_6983: bool,
    /// Selecting the application that is current ends the verified states (CARD.md §12: sources disagree).
    pub reselect_logs_out: bool,
    /// A warm reset ends the verified states and the selection.
    pub reset_logs_out: bool,
    /// Every answer takes this long.
    pub delay: Duration,
    /// The card leaves the reader when it has answered this many commands.
    pub removed_after: Option<u32>,
    /// The answer to reset; at most 33 bytes.
    pub atr: Option<Vec<u8>>,
    /// A phone in the place of the plastic card: the JPKI application alone (CARD.md §7.1).
    pub token: Option<TokenKind>,
    /// A certificate that was never issued.
    pub absent: Option<Certificate>,
    /// Tries left, 0 for blocked; never more than the reference has.
    pub tries_left: BTreeMap<PinId, u8>,
}

/// One of the two certificates of the JPKI application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Certificate {
    /// 署名用電子証明書.
    Signature,
    /// 利用者証明用電子証明書.
    UserAuthentication,
}

/// Why a text does not describe quirks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum QuirksError {
    /// Not TOML, or not with these keys and types.
    #[error("the quirks cannot be read: {0}")]
    Toml(String),
    /// `atr` is neither a number of [`atr::KNOWN`], from 1, nor 2 to 33 bytes in hex.
    #[error("the ATR is neither a number from 1 to 9 nor 2 to 33 bytes in hex")]
    Atr,
    /// `tries-left` names no reference.
    #[error("`{0}` names no PIN, password or verification number")]
    Reference(String),
}

/// The names of references in quirks files.
const REFERENCES: [(&str, PinId); 11] = [
    ("signature", PinId::Signature),
    ("user-authentication", PinId::UserAuthentication),
    ("input-assist", PinId::InputAssist),
    ("input-assist-reserved", PinId::InputAssistReserved),
    ("input-assist-number-a", PinId::InputAssistNumberA),
    ("input-assist-number-b", PinId::InputAssistNumberB),
    ("card-face-birth-date", PinId::CardFaceBirthDate),
    ("card-face-number-a", PinId::CardFaceNumberA),
    ("card-face-number-b", PinId::CardFaceNumberB),
    ("juki", PinId::Juki),
    ("common", PinId::Common),
];

#[derive(Deserialize)]
#[serde(untagged)]
enum AtrText {
    Number(usize),
    Hex(String),
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum TokenText {
    Card,
    Android,
    Iphone,
}

/// The TOML form.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct Text {
    no_extended: bool,
    chain_above: Option<u16>,
    exact_le: bool,
    first_command_fails: bool,
    verified_query_succeeds: bool,
    blocked_is_6983: bool,
    reselect_logs_out: bool,
    reset_logs_out: bool,
    delay_ms: u64,
    removed_after: Option<u32>,
    atr: Option<AtrText>,
    token: Option<TokenText>,
    absent: Option<Certificate>,
    tries_left: BTreeMap<String, u8>,
}

impl Quirks {
    /// Reads the TOML form: the fields of this type in kebab case, the delay as `delay-ms`, the ATR as a number of
    /// [`atr::KNOWN`] (from 1) or as hex, the tries left as a table.
    ///
    /// # Errors
    /// [`QuirksError`].
    pub fn from_toml(text: &str) -> Result<Self, QuirksError> {
        let text: Text =
            toml::from_str(text).map_err(|error| QuirksError::Toml(error.message().to_owned()))?;
        let tries = text.tries_left.into_iter().map(|(name, left)| {
            let found = REFERENCES.iter().find(|(known, _)| *known == name);
            found.map(|(_, pin)| (*pin, left)).ok_or(QuirksError::Reference(name))
        });
        Ok(Self {
            no_extended: text.no_extended,
            chain_above: text.chain_above,
            exact_le: text.exact_le,
            first_command_fails: text.first_command_fails,
            verified_query_succeeds: text.verified_query_succeeds,
            blocked_is_6983: text.blocked_is_6983,
            reselect_logs_out: text.reselect_logs_out,
            reset_logs_out: text.reset_logs_out,
            delay: Duration::from_millis(text.delay_ms),
            removed_after: text.removed_after,
            atr: text.atr.map(read_atr).transpose()?,
            token: text.token.map(|token| match token {
                TokenText::Card => TokenKind::Card,
                TokenText::Android => TokenKind::Android,
                TokenText::Iphone => TokenKind::Iphone,
            }),
            absent: text.absent,
            tries_left: tries.collect::<Result<_, _>>()?,
        })
    }

    /// Works the peculiarities of content into an image.
    pub fn shape(&self, image: &mut Image) {
        if let Some(token) = self.token {
            make_token(image, token);
        }
        if let Some(absent) = self.absent {
            take_away(image, absent);
        }
        if let Some(atr) = &self.atr {
            image.atr.clone_from(atr);
            if let Some(known) = atr::KNOWN.iter().find(|known| known.bytes == atr.as_slice())
                && known.interface == atr::Interface::Contact
                && let [_, rest @ ..] = known.bytes
            {
                image.data_objects.insert(DataObjectId::ContactAtr, rest.to_vec());
            }
        }
        for (pin, left) in &self.tries_left {
            if let Some(reference) = image.references.get_mut(pin) {
                reference.set_left(*left);
            }
        }
    }
}

fn read_atr(text: AtrText) -> Result<Vec<u8>, QuirksError> {
    match text {
        AtrText::Number(number) => {
            let index = number.checked_sub(1).ok_or(QuirksError::Atr)?;
            atr::KNOWN.get(index).map(|known| known.bytes.to_vec()).ok_or(QuirksError::Atr)
        }
        AtrText::Hex(text) => {
            let digits: Vec<u8> = text
                .chars()
                .filter(|c| !c.is_whitespace())
                .map(hex_digit)
                .collect::<Option<_>>()
                .ok_or(QuirksError::Atr)?;
            let (pairs, odd) = digits.as_chunks::<2>();
            if !odd.is_empty() || !(2..=33).contains(&pairs.len()) {
                return Err(QuirksError::Atr);
            }
            Ok(pairs.iter().map(|[high, low]| high << 4 | low).collect())
        }
    }
}

fn hex_digit(c: char) -> Option<u8> {
    c.to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// A phone carries the JPKI application alone, under its own label (CARD.md §7.1).
fn make_token(image: &mut Image, token: TokenKind) {
    image.token = token;
    if token != TokenKind::Card {
        for row in rows::APPLICATIONS.iter().filter(|row| row.id != ApplicationId::Jpki) {
            image.remove_application(row.id);
        }
        image.data_objects.clear();
    }
    if let Some(FileContents::Bytes(info)) = image.files.get_mut(&FileId::TokenInfo) {
        // The label is the first field: 32 bytes, padded with spaces (CARD.md §2.1).
        let label = token.label().bytes().chain(std::iter::repeat(b' '));
        for (to, from) in info.iter_mut().take(32).zip(label) {
            *to = from;
        }
    }
}

/// Takes away a certificate, its key and the use of its PIN, and says so in the availability file, where any value
/// but `8F` means "absent" (CARD.md §2.1).
fn take_away(image: &mut Image, certificate: Certificate) {
    let (file, key, pin, index) = match certificate {
        Certificate::Signature => (FileId::SignatureCertificate, KeyId::Signature, PinId::Signature, 0),
        Certificate::UserAuthentication => {
            (FileId::UserAuthenticationCertificate, KeyId::UserAuthentication, PinId::UserAuthentication, 1)
        }
    };
    image.files.remove(&file);
    image.keys.remove(&key);
    if let Some(reference) = image.references.get_mut(&pin) {
        reference.set_left(0);
    }
    if let Some(FileContents::Bytes(availability)) = image.files.get_mut(&FileId::CertificateAvailability)
        && let Some(byte) = availability.get_mut(index)
    {
        *byte = 0x00;
    }
}

#[cfg(test)]
#[path = "quirks_tests.rs"]
mod tests;
