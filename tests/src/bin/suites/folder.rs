//! Files of the suites, and what is in them.

use base64ct::{Base64, Encoding};
use std::error::Error;
use std::path::{Path, PathBuf};

/// Every file below a folder, in the order of their names.
pub(crate) fn files(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
            } else {
                files.push(entry.path());
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Label and content of the first PEM block; `None` where there is none, or its body is no base64.
pub(crate) fn pem(bytes: &[u8]) -> Option<(String, Vec<u8>)> {
    let text = String::from_utf8_lossy(bytes);
    let (_, rest) = text.split_once("-----BEGIN ")?;
    let (label, rest) = rest.split_once("-----")?;
    let (body, _) = rest.split_once("-----END ")?;
    let body: String = body.split_whitespace().collect();
    Some((label.to_owned(), Base64::decode_vec(&body).ok()?))
}

/// The bytes of a file without the armour of PEM, if it has one.
pub(crate) fn bare(bytes: Vec<u8>) -> Vec<u8> {
    pem(&bytes).map_or(bytes, |(_, content)| content)
}
