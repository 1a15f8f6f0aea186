//! Input files: read under a limit, DER or PEM (RFC 7468).

use std::fs::File;
use std::io::Read;
use std::path::Path;

use base64ct::{Base64, Encoding};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::language::say;

/// The most bytes of a file of certificates: many times what a system's whole list of authorities has.
const CERTIFICATES: u64 = 8 << 20;
/// The most certificates of one file.
const MANY: usize = 1024;
/// What stands before the label of a PEM block.
const BEGIN: &str = "-----BEGIN ";

/// Opens a file, or standard input for `-`; with its length where that is known.
pub(crate) fn open(path: &Path) -> Result<(Box<dyn Read>, Option<u64>), Failure> {
    if path == Path::new("-") {
        return Ok((Box::new(std::io::stdin()), None));
    }
    let (file, length) = file(path)?;
    Ok((Box::new(file), Some(length)))
}

/// Opens a file that is no folder, with its length.
pub(crate) fn file(path: &Path) -> Result<(File, u64), Failure> {
    let file = File::open(path).map_err(|error| unreadable(path, &error))?;
    let metadata = file.metadata().map_err(|error| unreadable(path, &error))?;
    if metadata.is_dir() {
        let shown = path.display();
        return Err(Failure::new(Exit::BadInput, say!("{shown} is a folder", "{shown} はフォルダーです")));
    }
    Ok((file, metadata.len()))
}

/// Reads a file, or standard input for `-`; a longer one than `limit` bytes is refused.
pub(crate) fn read(path: &Path, limit: u64) -> Result<Vec<u8>, Failure> {
    let (source, _) = open(path)?;
    read_rest(path, Vec::new(), source, limit)
}

/// Reads what follows `bytes` of a file.
pub(crate) fn read_rest(
    path: &Path,
    mut bytes: Vec<u8>,
    source: impl Read,
    limit: u64,
) -> Result<Vec<u8>, Failure> {
    source.take(limit + 1).read_to_end(&mut bytes).map_err(|error| unreadable(path, &error))?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length <= limit) {
        return Ok(bytes);
    }
    let shown = path.display();
    Err(Failure::new(
        Exit::BadInput,
        say!(
            "{shown} is longer than the {limit} bytes that are read",
            "{shown} は上限の{limit}バイトを超えています"
        ),
    ))
}

/// A file that the operating system does not give out.
pub(crate) fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    let shown = path.display();
    Failure::new(Exit::BadInput, say!("cannot read {shown}: {error}", "{shown} を読めません: {error}"))
}

/// The certificates of a file in its order: one in DER, or one or more in PEM. They are not parsed yet.
pub(crate) fn certificates(path: &Path) -> Result<Vec<Vec<u8>>, Failure> {
    let bytes = read(path, CERTIFICATES)?;
    let found = objects(bytes, "CERTIFICATE").map_err(|reason| unusable(path, &reason))?;
    match found.len() {
        1..=MANY => Ok(found),
        0 => Err(unusable(path, &say!("it holds no certificate", "証明書がありません"))),
        count => Err(unusable(path, &say!("it holds {count} certificates", "証明書が{count}個あります"))),
    }
}

/// A file that is not what it should be.
pub(crate) fn unusable(path: &Path, reason: &str) -> Failure {
    let shown = path.display();
    Failure::new(Exit::BadInput, say!("{shown} cannot be used: {reason}", "{shown} は使えません: {reason}"))
}

/// The objects in a file: the bytes themselves where they are DER, else the PEM blocks with this label. Text around the
/// blocks and blocks with other labels are passed over.
pub(crate) fn objects(bytes: Vec<u8>, label: &str) -> Result<Vec<Vec<u8>>, String> {
    if is_der(&bytes) {
        return Ok(vec![bytes]);
    }
    let blocks = pem_blocks(&bytes)?;
    Ok(blocks.into_iter().filter(|block| block.label == label).map(|block| block.content).collect())
}

/// A SEQUENCE with a length of more than one byte: no text begins so.
fn is_der(bytes: &[u8]) -> bool {
    matches!(bytes, [0x30, 0x80..=0xFF, ..])
}

/// One PEM block.
struct Block {
    label: String,
    content: Vec<u8>,
}

fn pem_blocks(bytes: &[u8]) -> Result<Vec<Block>, String> {
    let mut found = Vec::new();
    let mut open: Option<(String, String)> = None;
    for (number, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        // Text around the blocks may be in any character set.
        let line = std::str::from_utf8(line).unwrap_or_default().trim_end();
        let number = number + 1;
        match &mut open {
            None => open = line.strip_prefix(BEGIN).and_then(label).map(|label| (label, String::new())),
            Some((name, body)) => match line.strip_prefix("-----END ").and_then(label) {
                Some(end) if end == *name => {
                    let content = Base64::decode_vec(body).map_err(|_| {
                        say!(
                            "the block that ends on line {number} is not Base64",
                            "{number}行目で終わるブロックがBase64ではありません"
                        )
                    })?;
                    found.push(Block { label: name.clone(), content });
                    open = None;
                }
                Some(_) => {
                    return Err(say!(
                        "line {number} ends another block than has begun",
                        "{number}行目の終わりが始まりと一致しません"
                    ));
                }
                None => body.push_str(line),
            },
        }
    }
    match (open, found.is_empty()) {
        (Some(_), _) => Err(say!("its last PEM block has no end", "最後のPEMブロックに終わりがありません")),
        (None, true) => Err(say!("it is neither DER nor PEM", "DERでもPEMでもありません")),
        (None, false) => Ok(found),
    }
}

/// The label before the closing dashes.
fn label(rest: &str) -> Option<String> {
    rest.strip_suffix("-----").map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_as(text: &str) -> Result<Vec<Vec<u8>>, String> {
        objects(text.as_bytes().to_vec(), "CERTIFICATE")
    }

    #[test]
    fn blocks_are_found_among_other_text() {
        let one = "-----BEGIN CERTIFICATE-----\r\nMAMC\r\nAQE=\r\n-----END CERTIFICATE-----\r\n";
        let key = "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n";
        let three = format!("Subject: somebody\n{one}{key}{one}trailing");
        assert_eq!(read_as(&three).unwrap(), [[0x30, 3, 2, 1, 1], [0x30, 3, 2, 1, 1]]);
        assert!(read_as(key).unwrap().is_empty());
        let der = [0x30, 0x81, 0x80].to_vec();
        assert_eq!(objects(der.clone(), "CERTIFICATE").unwrap(), [der]);
    }

    #[test]
    fn broken_blocks_are_refused() {
        for text in [
            "",
            "0 hello",
            "-----BEGIN CERTIFICATE-----\nMAMCAQE=\n",
            "-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END X509 CRL-----\n",
            "-----BEGIN CERTIFICATE-----\nMAMCAQE\n-----END CERTIFICATE-----\n",
            "-----BEGIN CERTIFICATE-----\nMAMC*QE=\n-----END CERTIFICATE-----\n",
            "-----BEGIN CERTIFICATE-----\nProc-Type: 4,ENCRYPTED\n\nMAMCAQE=\n-----END CERTIFICATE-----\n",
        ] {
            assert!(read_as(text).is_err(), "{text}");
        }
    }
}
