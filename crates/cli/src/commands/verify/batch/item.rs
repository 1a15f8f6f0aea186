//! The items of a batch, and what becomes of one.

use std::io::{BufRead, Read};
use std::path::Path;

use base64ct::{Base64, Encoding};
use mynumber::crypto::Scheme;
use mynumber::crypto::digest::Hash;
use mynumber::crypto::signer::{Claim, Error, Signer, Verifier};
use serde::{Deserialize, Serialize};

use crate::commands::verify::cms::{Question, message};
use crate::commands::verify::verdict::hexadecimal;
use crate::commands::verify::{trust, words};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::language::say;

/// The most bytes of a line: a certificate and a signature take three thousand.
const LINE: u64 = 1 << 18;

/// One line of the input.
pub(super) enum Item {
    Line(Vec<u8>),
    TooLong,
}

/// The lines of the input; blank ones are no items.
pub(super) struct Lines<R> {
    pub(super) source: R,
    /// Bytes taken in.
    pub(super) taken: u64,
}

impl<R: BufRead> Iterator for Lines<R> {
    type Item = std::io::Result<Item>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let mut line = Vec::new();
            let count = match self.source.by_ref().take(LINE).read_until(b'\n', &mut line) {
                Ok(0) => return None,
                Ok(count) => count,
                Err(error) => return Some(Err(error)),
            };
            self.taken = self.taken.saturating_add(u64::try_from(count).unwrap_or_default());
            if u64::try_from(count).is_ok_and(|count| count == LINE) && !line.ends_with(b"\n") {
                return Some(self.skip_rest().map(|()| Item::TooLong));
            }
            if !line.trim_ascii().is_empty() {
                return Some(Ok(Item::Line(line.trim_ascii().to_vec())));
            }
        }
    }
}

impl<R: BufRead> Lines<R> {
    fn skip_rest(&mut self) -> std::io::Result<()> {
        loop {
            let buffer = self.source.fill_buf()?;
            let (count, ended) = match buffer.iter().position(|byte| *byte == b'\n') {
                Some(at) => (at + 1, true),
                None => (buffer.len(), buffer.is_empty()),
            };
            self.source.consume(count);
            self.taken = self.taken.saturating_add(u64::try_from(count).unwrap_or_default());
            if ended {
                return Ok(());
            }
        }
    }
}

/// A line in JSON.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Signed {
    #[serde(default)]
    id: Option<String>,
    certificate: String,
    signature: String,
    digest: String,
    #[serde(default)]
    hash: HashName,
    #[serde(default)]
    scheme: SchemeName,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum HashName {
    #[default]
    Sha256,
    Sha384,
    Sha512,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum SchemeName {
    #[default]
    Pkcs1,
    Pss,
    Ecdsa,
}

/// What becomes of one item: a row of the output.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Row {
    /// Counted from 0, blank lines left out.
    pub(super) number: u64,
    pub(super) id: Option<String>,
    pub(super) verdict: &'static str,
    pub(super) exit: u8,
    pub(super) issuer_key_id: Option<String>,
    pub(super) serial: Option<String>,
    pub(super) anchor: Option<String>,
    pub(super) signers: Option<usize>,
    pub(super) why: Option<String>,
}

/// Why an item does not hold.
pub(super) struct Reject {
    pub(super) exit: Exit,
    pub(super) id: Option<String>,
    pub(super) why: String,
}

impl Reject {
    fn new(exit: Exit, id: Option<String>, why: String) -> Self {
        Self { exit, id, why }
    }
}

/// Checks one item.
pub(super) fn verify<'a>(
    item: &Item,
    verifier: &Verifier<'_>,
    question: &Question<'a, 'a>,
) -> Result<Row, Reject> {
    let line = match item {
        Item::Line(line) => line,
        Item::TooLong => {
            return Err(Reject::new(Exit::BadInput, None, say!("the line is too long", "行が長すぎます")));
        }
    };
    match line.first() {
        Some(b'{') => signature(line, verifier, question),
        _ => message_file(line, question),
    }
}

fn signature(line: &[u8], verifier: &Verifier<'_>, question: &Question<'_, '_>) -> Result<Row, Reject> {
    let signed: Signed = serde_json::from_slice(line).map_err(|error| {
        Reject::new(Exit::BadInput, None, say!("not an item: {error}", "項目として読めません: {error}"))
    })?;
    let Signed { id, certificate, signature, digest, hash, scheme } = signed;
    let bad = |name: &str| {
        let why = say!("`{name}` is malformed", "`{name}` の形式が正しくありません");
        Reject::new(Exit::BadInput, id.clone(), why)
    };
    let certificate = Base64::decode_vec(&certificate).map_err(|_| bad("certificate"))?;
    let signature = Base64::decode_vec(&signature).map_err(|_| bad("signature"))?;
    let digest = bytes(&digest).ok_or_else(|| bad("digest"))?;
    let hash = match hash {
        HashName::Sha256 => Hash::Sha256,
        HashName::Sha384 => Hash::Sha384,
        HashName::Sha512 => Hash::Sha512,
    };
    let scheme = match scheme {
        SchemeName::Pkcs1 => Scheme::Pkcs1v15(hash),
        SchemeName::Pss => Scheme::Pss(hash),
        SchemeName::Ecdsa => Scheme::Ecdsa(hash),
    };
    let claim = Claim { certificate: &certificate, scheme, signature: &signature };
    match verifier.verify_digest(&claim, &digest, question.trust.at()) {
        Ok(signer) => Ok(row(id, &signer)),
        Err(error) => {
            let (exit, why) = reason(&error);
            Err(Reject::new(exit, id, why))
        }
    }
}

fn row(id: Option<String>, signer: &Signer) -> Row {
    let holder = signer.holder();
    Row {
        id,
        verdict: "holds",
        issuer_key_id: Some(hexadecimal(holder.issuer_key_id())),
        serial: Some(hexadecimal(holder.serial())),
        anchor: Some(signer.anchor().to_owned()),
        signers: Some(1),
        ..Row::default()
    }
}

fn reason(error: &Error) -> (Exit, String) {
    match error {
        Error::Certificate(error) => {
            (Exit::BadInput, say!("the certificate cannot be read: {error}", "証明書を読めません: {error}"))
        }
        Error::Path(error) => (
            trust::exit(error),
            format!("{}: {}", words::of_position(error.position()), words::of_path(error.kind())),
        ),
        Error::Signature(error) => (
            Exit::NotTrusted,
            say!("the signature is not accepted: {error}", "署名が受け入れられません: {error}"),
        ),
        Error::Revoked(revocation) => {
            let (when, reason) = (revocation.when, revocation.reason);
            (Exit::Revoked, say!("revoked at {when} ({reason})", "失効しています（{when}、{reason}）"))
        }
        Error::RevocationUnknown(why) => (Exit::RevocationUnknown, words::of_revocation(*why)),
        other => (Exit::NotTrusted, other.to_string()),
    }
}

/// A CMS message with its content inside.
fn message_file<'a>(line: &[u8], question: &Question<'a, 'a>) -> Result<Row, Reject> {
    let name = std::str::from_utf8(line).map_err(|_| {
        Reject::new(Exit::BadInput, None, say!("not the name of a file", "ファイル名ではありません"))
    })?;
    let of_file =
        |failure: &Failure| Reject::new(failure.exit(), Some(name.to_owned()), failure.message().to_owned());
    let path = Path::new(name);
    if name == "-" {
        return Err(Reject::new(
            Exit::BadInput,
            None,
            say!("not the name of a file", "ファイル名ではありません"),
        ));
    }
    let message = message::read(path, None, None).map_err(|failure| of_file(&failure))?;
    let (report, failure) = question.about(path, &message).map_err(|failure| of_file(&failure))?;
    match failure {
        Some(failure) => Err(of_file(&failure)),
        None => {
            let id = Some(name.to_owned());
            Ok(Row { id, verdict: "holds", signers: Some(report.count()), ..Row::default() })
        }
    }
}

/// Hexadecimal digits, two for each byte.
fn bytes(digits: &str) -> Option<Vec<u8>> {
    let digits = digits.as_bytes();
    let value = |digit: &u8| char::from(*digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
    let (pairs, rest) = digits.as_chunks::<2>();
    let bytes = pairs.iter().map(|[high, low]| Some(value(high)? << 4 | value(low)?)).collect();
    if rest.is_empty() { bytes } else { None }
}
