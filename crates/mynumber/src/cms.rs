//! CMS messages (RFC 5652) signed with the card's signature key.
//!
//! ```
//! use mynumber::cms::{self, Options};
//! use mynumber::crypto::certificate::Purpose;
//! use mynumber::crypto::cms::Reader;
//! use mynumber::crypto::path::{Profile, Validator};
//! use mynumber::crypto::{Anchor, Certificate};
//! use mynumber::driver::Card;
//! use mynumber::testing;
//!
//! // Sign: on a real reader, `transport::pcsc` instead of `testing::card`.
//! let mut card = Card::new(testing::card("taro"));
//! let options = Options { signing_time: Some(testing::ISSUED), ..Options::default() };
//! let message = cms::sign_detached(&mut card, &testing::secrets().signature, &b"I agree."[..], &options)?;
//!
//! // Verify: `anchor::production()` instead of the test authority.
//! let authority = Certificate::parse(testing::authority().signature_ca())?;
//! let anchors = [Anchor::from_certificate(&authority)?];
//! let validator = Validator::new(&anchors, Profile::jpki(Purpose::Signature));
//! let mut read = Reader::read(&message)?;
//! read.content(b"I agree.")?;
//! let verdict = read.verify(&validator, &[], testing::ISSUED)?;
//! for signed in verdict.all().map_err(|report| format!("{:?}", report.result))? {
//!     // Whether the certificate had been revoked is another question: `crypto::revocation`.
//!     println!("signed by {}", signed.certificate().certificate().subject());
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Content of any size is read in pieces; it is hashed before the card is asked for anything, so the card is unlocked for
//! a moment only. The message carries the certificate that the card holds, and names it by its digest among what is signed
//! (CAdES-B-B, ETSI EN 319 122-1 §6). The signature is checked against that certificate before anything of it is handed out.
//!
//! A signature made so has the force of a seal under art. 3 of the Electronic Signatures Act: ask the person first.

use std::io::{self, Read, Seek, SeekFrom, Write};

use mynumber_applet::pin::{SignaturePassword, reference};
use mynumber_crypto::cms::{BuildError, Builder, Streamed, ToBeSigned};
use mynumber_crypto::digest::{Hash, Hasher};
use mynumber_crypto::{Certificate, Scheme, UnixTime, asn1};
use mynumber_driver::{Card, Input, file};
use mynumber_transport::Transport;

use crate::OwnCertificate;

/// What a message says beside the signature.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// The hash function, for content and signature.
    pub hash: Hash,
    /// What the caller's clock says; without it the message does not say when it was signed.
    pub signing_time: Option<UnixTime>,
    /// The MIME type of the content, such as `application/pdf`.
    pub mime_type: Option<&'a str>,
    /// Whether the authority's certificate from the card goes into the message, too. No verifier should need it.
    pub with_authority: bool,
    /// Whether the password is sent though one try is left: a wrong one then blocks it.
    pub spend_last_try: bool,
}

impl Default for Options<'_> {
    /// SHA-256, and nothing that was not asked for.
    fn default() -> Self {
        Self {
            hash: Hash::Sha256,
            signing_time: None,
            mime_type: None,
            with_authority: false,
            spend_last_try: false,
        }
    }
}

/// Why there is no message.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The card or the driver refused, or the signature did not pass its check.
    #[error(transparent)]
    Card(#[from] mynumber_driver::Error),
    /// The content could not be read; the card was not asked for anything.
    #[error("the content could not be read: {0}")]
    Content(#[source] io::Error),
    /// The message could not be written.
    #[error("the message could not be written: {0}")]
    Output(#[source] io::Error),
    /// The content was another one when it was read for the second time.
    #[error("the content changed while it was being signed")]
    ContentChanged,
    /// A certificate of the card cannot be read.
    #[error("a certificate of the card cannot be read: {0}")]
    Certificate(#[source] asn1::Error),
    /// The message could not be put together.
    #[error("the message could not be put together: {0}")]
    Build(#[from] BuildError),
    /// The hash function is not one that the card can sign with.
    #[error("the card cannot sign with this hash function")]
    Hash,
}

/// Bytes of content at a time.
const PIECE: usize = 1 << 16;

/// Reads everything, a piece at a time.
fn pieces(mut content: impl Read, mut each: impl FnMut(&[u8]) -> Result<(), Error>) -> Result<(), Error> {
    let mut buffer = vec![0; PIECE];
    loop {
        match content.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(count) => each(buffer.get(..count).unwrap_or_default())?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Error::Content(error)),
        }
    }
}

/// The digest and the length of the content.
fn digest(content: impl Read, hash: Hash) -> Result<(Vec<u8>, u64), Error> {
    let (mut hasher, mut length) = (Hasher::new(hash), 0u64);
    pieces(content, |piece| {
        hasher.update(piece);
        length = length.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
        Ok(())
    })?;
    Ok((hasher.finish(), length))
}

/// Unlocks the card, lets it sign for content with this digest, and hands what was signed and the signature to `finish`.
fn signed<T: Transport, O>(
    card: &mut Card<T>,
    password: &SignaturePassword,
    options: &Options<'_>,
    content_digest: &[u8],
    finish: impl FnOnce(&ToBeSigned<'_>, &[u8]) -> Result<O, Error>,
) -> Result<O, Error> {
    let mut unlocked = match options.spend_last_try {
        true => card.unlock_spending_the_last_try::<reference::Signature>(password)?,
        false => card.unlock::<reference::Signature>(password)?,
    };
    let own = unlocked.read::<file::SignatureCertificate>()?;
    let certificate = Certificate::parse(own.content()).map_err(Error::Certificate)?;
    let authority = match options.with_authority {
        true => Some(unlocked.read::<file::SignatureCaCertificate>()?),
        false => None,
    };
    let mut builder = Builder::new(&certificate, Scheme::Pkcs1v15(options.hash))?;
    if let Some(authority) = &authority {
        let authority = Certificate::parse(authority.content()).map_err(Error::Certificate)?;
        builder = builder.with_certificate(&authority);
    }
    if let Some(time) = options.signing_time {
        builder = builder.signing_time(time);
    }
    if let Some(mime_type) = options.mime_type {
        builder = builder.mime_type(mime_type);
    }
    let prepared = builder.prepare(content_digest)?;
    let input = input(options.hash, prepared.digest())?;
    let signature = unlocked.sign(&input, &OwnCertificate)?;
    unlocked.close()?;
    finish(&prepared, signature.value())
}

fn input(hash: Hash, digest: &[u8]) -> Result<Input, Error> {
    let hash = match hash {
        Hash::Sha256 => mynumber_driver::Hash::Sha256,
        Hash::Sha384 => mynumber_driver::Hash::Sha384,
        Hash::Sha512 => mynumber_driver::Hash::Sha512,
        _ => return Err(Error::Hash),
    };
    Input::digest(hash, digest).map_err(|_| Error::Hash)
}

/// A message for content that stays elsewhere: the signature with its certificate, in DER.
///
/// # Errors
/// [`Error`].
pub fn sign_detached<T: Transport>(
    card: &mut Card<T>,
    password: &SignaturePassword,
    content: impl Read,
    options: &Options<'_>,
) -> Result<Vec<u8>, Error> {
    let (digest, _) = digest(content, options.hash)?;
    signed(card, password, options, &digest, |prepared, signature| Ok(prepared.detached(signature)?))
}

/// Writes a message with the content inside, in DER. The content is read twice: to be signed, and to be written.
///
/// Nothing is written before the card has signed; on an error later on, what was written is no message and has to be
/// thrown away.
///
/// # Errors
/// [`Error`]; [`Error::ContentChanged`] when the second reading differs from the first.
pub fn sign_attached<T: Transport>(
    card: &mut Card<T>,
    password: &SignaturePassword,
    mut content: impl Read + Seek,
    mut output: impl Write,
    options: &Options<'_>,
) -> Result<(), Error> {
    let start = content.stream_position().map_err(Error::Content)?;
    let (first, length) = digest(&mut content, options.hash)?;
    let parts = signed(card, password, options, &first, |prepared, signature| {
        Ok(prepared.attached(signature, length)?)
    })?;
    content.seek(SeekFrom::Start(start)).map_err(Error::Content)?;
    output.write_all(&parts.header).map_err(Error::Output)?;
    let mut hasher = Hasher::new(options.hash);
    pieces(&mut content, |piece| {
        hasher.update(piece);
        output.write_all(piece).map_err(Error::Output)
    })?;
    if hasher.finish() != first {
        return Err(Error::ContentChanged);
    }
    output.write_all(&parts.trailer).and_then(|()| output.flush()).map_err(Error::Output)
}

/// As [`sign_attached`], for content that can be read only once: the message is BER of indefinite length, written while
/// the content is read, and the card signs at the end.
///
/// On an error, what was written is no message and has to be thrown away.
///
/// # Errors
/// [`Error`].
pub fn sign_streamed<T: Transport>(
    card: &mut Card<T>,
    password: &SignaturePassword,
    content: impl Read,
    mut output: impl Write,
    options: &Options<'_>,
) -> Result<(), Error> {
    let mut streamed = Streamed::new(options.hash);
    output.write_all(&streamed.header()).map_err(Error::Output)?;
    pieces(content, |piece| {
        output.write_all(&streamed.segment(piece)).map_err(Error::Output)?;
        output.write_all(piece).map_err(Error::Output)
    })?;
    let trailer = signed(card, password, options, &streamed.digest(), |prepared, signature| {
        Ok(prepared.streamed(signature)?)
    })?;
    output.write_all(&trailer).and_then(|()| output.flush()).map_err(Error::Output)
}
