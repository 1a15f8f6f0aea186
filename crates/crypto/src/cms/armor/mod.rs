//! Messages as they are kept and sent: DER, PEM (RFC 7468) and S/MIME (RFC 8551 §3).
//!
//! For input that is in memory as a whole. **Strict:** what two readers could take for two different messages is refused.
//! Nothing here is a verdict; what is unwrapped goes to a [`Reader`](super::Reader).

mod header;
mod mime;

use alloc::borrow::Cow;
use alloc::vec::Vec;

/// Why an input is not unwrapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ArmorError {
    /// Neither DER, nor PEM, nor a MIME entity.
    #[error("neither DER, nor PEM, nor an S/MIME message")]
    UnknownForm,
    /// PEM with another label than `CMS` or `PKCS7`, several blocks, or text around the block.
    #[error("not one PEM block of a CMS message")]
    Pem,
    /// Text that is not base64: other characters, padding in the middle, bits left over.
    #[error("malformed base64")]
    Base64,
    /// A header that is malformed, or stands twice where once is allowed.
    #[error("a malformed or repeated MIME header")]
    Header,
    /// A MIME entity that is no signed message of S/MIME.
    #[error("not a signed S/MIME message")]
    MediaType,
    /// A signature that does not travel in base64.
    #[error("a content transfer encoding other than base64")]
    TransferEncoding,
    /// Not the two parts of a signed message: fewer, more, text after them, or a delimiter that can be read in two ways.
    #[error("not the two parts of a signed message")]
    Parts,
    /// A carriage return that ends no line.
    #[error("a carriage return that ends no line")]
    LineBreak,
}

/// The form that a message was in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Form {
    /// DER or BER as it stands.
    Der,
    /// PEM.
    Pem,
    /// An S/MIME entity `application/pkcs7-mime`: the content is inside the message.
    Pkcs7Mime,
    /// An S/MIME entity `multipart/signed`: the content is the first part.
    MultipartSigned,
}

/// A message without its armour.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unwrapped<'a> {
    /// The form that it was in.
    pub form: Form,
    /// The CMS message.
    pub message: Cow<'a, [u8]>,
    /// The content that came beside it, with the line breaks that a signature covers (RFC 8551 §3.1.1).
    pub content: Option<Vec<u8>>,
}

/// Takes a message out of whichever form it is in.
///
/// # Errors
/// [`ArmorError`].
pub fn unwrap(input: &[u8]) -> Result<Unwrapped<'_>, ArmorError> {
    if input.first() == Some(&0x30) {
        return Ok(Unwrapped { form: Form::Der, message: Cow::Borrowed(input), content: None });
    }
    let start = input.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let text = input.get(start..).unwrap_or_default();
    if text.starts_with(b"-----BEGIN ") {
        let message = Cow::Owned(pem(text)?);
        return Ok(Unwrapped { form: Form::Pem, message, content: None });
    }
    mime::unwrap(input)
}

/// The labels of CMS messages in PEM: RFC 7468 §9 and §8, and what old tools write.
const LABELS: [&[u8]; 3] = [b"CMS", b"PKCS7", b"PKCS #7 SIGNED DATA"];

fn pem(text: &[u8]) -> Result<Vec<u8>, ArmorError> {
    let mut lines = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
    let begin = lines.next().and_then(|line| line.strip_prefix(b"-----BEGIN "));
    let label = begin.and_then(|line| line.strip_suffix(b"-----")).ok_or(ArmorError::Pem)?;
    if !LABELS.contains(&label) {
        return Err(ArmorError::Pem);
    }
    let end = [b"-----END ", label, b"-----"].concat();
    let mut body = Vec::new();
    loop {
        let line = lines.next().ok_or(ArmorError::Pem)?;
        if line == end {
            break;
        }
        body.extend_from_slice(line);
    }
    if lines.any(|line| !line.is_empty()) {
        return Err(ArmorError::Pem);
    }
    decode(&body)
}

/// Base64 without line breaks (RFC 4648 §4).
fn decode(text: &[u8]) -> Result<Vec<u8>, ArmorError> {
    use base64ct::{Base64, Encoding};
    let text = core::str::from_utf8(text).map_err(|_| ArmorError::Base64)?;
    Base64::decode_vec(text).map_err(|_| ArmorError::Base64)
}

#[cfg(test)]
mod tests;
