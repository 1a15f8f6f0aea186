//! MIME headers (RFC 5322 §2.2, RFC 2045 §5).

use alloc::string::String;
use alloc::vec::Vec;

use super::ArmorError;

/// A line without its break, and what follows it; `None` at the end of the input.
pub(super) fn line(input: &[u8]) -> Option<(&[u8], &[u8])> {
    if input.is_empty() {
        return None;
    }
    let end = input.iter().position(|byte| *byte == b'\n');
    let (line, rest) = match end {
        Some(end) => {
            input.split_at_checked(end).map(|(line, rest)| (line, rest.get(1..).unwrap_or_default()))?
        }
        None => (input, &[][..]),
    };
    Some((line.strip_suffix(b"\r").unwrap_or(line), rest))
}

/// The header fields of an entity that matter here.
#[derive(Debug, Default)]
pub(super) struct Headers {
    content_type: Option<Vec<u8>>,
    transfer_encoding: Option<Vec<u8>>,
}

/// The headers at the start of an entity, and its body.
pub(super) fn read(mut input: &[u8]) -> Result<(Headers, &[u8]), ArmorError> {
    let mut headers = Headers::default();
    let mut field: Option<Vec<u8>> = None;
    loop {
        let (text, rest) = line(input).ok_or(ArmorError::Header)?;
        input = rest;
        if matches!(text, [b' ' | b'\t', ..]) {
            // A folded line goes on where the last one ended; one of blanks only would look like the end to some.
            let blank = text.iter().all(u8::is_ascii_whitespace);
            field.as_mut().filter(|_| !blank).ok_or(ArmorError::Header)?.extend_from_slice(text);
            continue;
        }
        if let Some(done) = field.take() {
            headers.take(&done)?;
        }
        if text.is_empty() {
            return Ok((headers, input));
        }
        field = Some(text.to_vec());
    }
}

impl Headers {
    fn take(&mut self, field: &[u8]) -> Result<(), ArmorError> {
        let colon = field.iter().position(|byte| *byte == b':').ok_or(ArmorError::Header)?;
        let (name, value) = field.split_at_checked(colon).ok_or(ArmorError::Header)?;
        let value = value.get(1..).unwrap_or_default().trim_ascii();
        if name.is_empty() || !name.iter().all(u8::is_ascii_graphic) || value.contains(&b'\r') {
            return Err(ArmorError::Header);
        }
        let slot = if name.eq_ignore_ascii_case(b"content-type") {
            &mut self.content_type
        } else if name.eq_ignore_ascii_case(b"content-transfer-encoding") {
            &mut self.transfer_encoding
        } else {
            return Ok(());
        };
        if slot.replace(value.to_vec()).is_some() {
            return Err(ArmorError::Header);
        }
        Ok(())
    }

    /// Asserts that the body is in base64.
    pub(super) fn base64(&self) -> Result<(), ArmorError> {
        match &self.transfer_encoding {
            Some(encoding) if encoding.eq_ignore_ascii_case(b"base64") => Ok(()),
            _ => Err(ArmorError::TransferEncoding),
        }
    }

    pub(super) fn media_type(&self) -> Result<MediaType, ArmorError> {
        let value = self.content_type.as_deref().ok_or(ArmorError::UnknownForm)?;
        let value = core::str::from_utf8(value).map_err(|_| ArmorError::Header)?;
        MediaType::parse(value).ok_or(ArmorError::Header)
    }
}

/// A media type with its parameters (RFC 2045 §5.1).
#[derive(Debug)]
pub(super) struct MediaType {
    /// In lower case.
    pub(super) name: String,
    parameters: Vec<(String, String)>,
}

impl MediaType {
    fn parse(value: &str) -> Option<Self> {
        let (name, mut rest) = match value.split_once(';') {
            Some((name, rest)) => (name, Some(rest)),
            None => (value, None),
        };
        let name = name.trim().to_ascii_lowercase();
        let (kind, sub) = name.split_once('/')?;
        if !is_token(kind) || !is_token(sub) {
            return None;
        }
        let mut parameters: Vec<(String, String)> = Vec::new();
        while let Some(text) = rest {
            // A semicolon at the end is common, and means nothing.
            if text.trim().is_empty() {
                break;
            }
            let (attribute, after) = text.split_once('=')?;
            let attribute = attribute.trim().to_ascii_lowercase();
            let (value, after) = parameter_value(after)?;
            // RFC 2231 writes one value in several parameters; readers disagree on how.
            let plain = is_token(&attribute) && !attribute.contains('*');
            if !plain || parameters.iter().any(|(earlier, _)| *earlier == attribute) {
                return None;
            }
            parameters.push((attribute, value));
            rest = match after.trim_start().strip_prefix(';') {
                Some(more) => Some(more),
                None if after.trim().is_empty() => None,
                None => return None,
            };
        }
        Some(Self { name, parameters })
    }

    pub(super) fn parameter(&self, attribute: &str) -> Option<&str> {
        self.parameters.iter().find(|(name, _)| name == attribute).map(|(_, value)| value.as_str())
    }
}

/// A token or a quoted string, and what follows it.
fn parameter_value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(|c: char| c == ';' || c.is_ascii_whitespace()).unwrap_or(text.len());
        let (value, rest) = text.split_at_checked(end)?;
        return is_token(value).then(|| (value.into(), rest));
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            '"' => return Some((value, quoted.get(at + 1..)?)),
            '\\' => value.push(characters.next()?.1),
            _ => value.push(c),
        }
    }
    None
}

fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_graphic() && !b"()<>@,;:\\\"/[]?=".contains(&byte))
}
