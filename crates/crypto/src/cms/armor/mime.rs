//! S/MIME entities: a message in base64, or content and signature as two parts (RFC 8551 §3.5, RFC 1847).

use alloc::borrow::Cow;
use alloc::vec::Vec;

use super::header::{self, Headers, MediaType};
use super::{ArmorError, Form, Unwrapped, decode};

pub(super) fn unwrap(input: &[u8]) -> Result<Unwrapped<'_>, ArmorError> {
    // Without a first line that looks like a header this is no MIME at all.
    let (first, _) = header::line(input).ok_or(ArmorError::UnknownForm)?;
    if !first.contains(&b':') {
        return Err(ArmorError::UnknownForm);
    }
    let (headers, body) = header::read(input)?;
    let media = headers.media_type()?;
    match media.name.as_str() {
        "application/pkcs7-mime" | "application/x-pkcs7-mime" => {
            // What is enveloped or compressed is no signed message; without the parameter the message itself tells.
            if media.parameter("smime-type").is_some_and(|kind| !kind.eq_ignore_ascii_case("signed-data")) {
                return Err(ArmorError::MediaType);
            }
            let message = Cow::Owned(base64(&headers, body)?);
            Ok(Unwrapped { form: Form::Pkcs7Mime, message, content: None })
        }
        "multipart/signed" => signed(&media, body),
        _ => Err(ArmorError::MediaType),
    }
}

fn is_signature(media_type: &str) -> bool {
    ["application/pkcs7-signature", "application/x-pkcs7-signature"]
        .iter()
        .any(|known| media_type.eq_ignore_ascii_case(known))
}

fn signed<'a>(media: &MediaType, body: &[u8]) -> Result<Unwrapped<'a>, ArmorError> {
    if !media.parameter("protocol").is_some_and(is_signature) {
        return Err(ArmorError::MediaType);
    }
    let boundary = media.parameter("boundary").ok_or(ArmorError::Header)?;
    // RFC 2046 §5.1.1.
    if !(1..=70).contains(&boundary.len()) || !boundary.is_ascii() || boundary.ends_with(' ') {
        return Err(ArmorError::Header);
    }
    let (content, signature) = parts(body, boundary.as_bytes())?;
    let (headers, encoded) = header::read(signature)?;
    if !is_signature(&headers.media_type()?.name) {
        return Err(ArmorError::MediaType);
    }
    let message = Cow::Owned(base64(&headers, encoded)?);
    Ok(Unwrapped { form: Form::MultipartSigned, message, content: Some(canonical(content)?) })
}

fn base64(headers: &Headers, body: &[u8]) -> Result<Vec<u8>, ArmorError> {
    headers.base64()?;
    let mut text = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some((line, after)) = header::line(rest) {
        text.extend_from_slice(line);
        rest = after;
    }
    decode(&text)
}

/// The two parts between the delimiters, each without the line break before the next delimiter.
fn parts<'a>(body: &'a [u8], boundary: &[u8]) -> Result<(&'a [u8], &'a [u8]), ArmorError> {
    // Where each delimiter line begins and ends.
    let mut delimiters: Vec<(usize, usize)> = Vec::new();
    let mut rest = body;
    while let Some((line, after)) = header::line(rest) {
        let (start, end) = (body.len() - rest.len(), body.len() - after.len());
        rest = after;
        let Some(tail) = line.strip_prefix(b"--").and_then(|line| line.strip_prefix(boundary)) else {
            continue;
        };
        let (closing, padding) = tail.strip_prefix(b"--").map_or((false, tail), |padding| (true, padding));
        // A line that only begins like a delimiter is one for some readers and none for others.
        if padding.iter().any(|byte| !matches!(byte, b' ' | b'\t')) || closing != (delimiters.len() == 2) {
            return Err(ArmorError::Parts);
        }
        delimiters.push((start, end));
        if closing {
            break;
        }
    }
    if rest.iter().any(|byte| !byte.is_ascii_whitespace()) {
        return Err(ArmorError::Parts);
    }
    let [(_, first), (end_of_first, second), (end_of_second, _)] = *delimiters.as_slice() else {
        return Err(ArmorError::Parts);
    };
    let part = |from: usize, to: usize| {
        let part = body.get(from..to).and_then(|part| part.strip_suffix(b"\n"));
        part.map(|part| part.strip_suffix(b"\r").unwrap_or(part)).ok_or(ArmorError::Parts)
    };
    Ok((part(first, end_of_first)?, part(second, end_of_second)?))
}

/// Content with every line ended by CR LF: the form that was signed, whatever the way here did to it.
fn canonical(content: &[u8]) -> Result<Vec<u8>, ArmorError> {
    let mut out = Vec::with_capacity(content.len() + content.len() / 32);
    let mut bytes = content.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\r' if bytes.next_if_eq(&b'\n').is_some() => out.extend_from_slice(b"\r\n"),
            b'\r' => return Err(ArmorError::LineBreak),
            b'\n' => out.extend_from_slice(b"\r\n"),
            other => out.push(other),
        }
    }
    Ok(out)
}
