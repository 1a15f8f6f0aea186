//! The certificates that the authority issued for cards: its records, one folder a card.

use std::path::PathBuf;

use mynumber::crypto::certificate::Purpose;
use mynumber::issuance::desk::prepare::Delivered;
use mynumber::issuance::receipt::Serial;

use super::super::office::Office;
use crate::cards;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::files::Destination;
use crate::inputs;
use crate::language::say;

/// Certificates are shorter than this.
const LONGEST: u64 = 16 * 1024;

const NAMES: [(Purpose, &str); 2] =
    [(Purpose::Signature, "signature.der"), (Purpose::UserAuthentication, "user-authentication.der")];

fn folder(office: &Office<'_>, serial: &str) -> Result<PathBuf, Failure> {
    Ok(cards::Store::of(office.run)?.folder().join("issued").join(serial))
}

/// Whether there are records of a card.
pub(super) fn is_known(office: &Office<'_>, serial: &str) -> Result<bool, Failure> {
    Ok(folder(office, serial)?.is_dir())
}

/// Writes the certificates of a card that is being made.
pub(super) fn keep(
    office: &Office<'_>,
    serial: &str,
    certificates: &[(Purpose, &[u8])],
) -> Result<(), Failure> {
    let folder = folder(office, serial)?;
    std::fs::create_dir_all(&folder).map_err(|error| {
        let shown = folder.display();
        Failure::new(
            Exit::OutputFailed,
            say!("cannot make the folder {shown}: {error}", "フォルダー {shown} を作れません: {error}"),
        )
    })?;
    for (purpose, name) in NAMES {
        if let Some((_, der)) = certificates.iter().find(|(of, _)| *of == purpose) {
            Destination::new(Some(&folder.join(name)), true).write(der)?;
        }
    }
    Ok(())
}

/// What the authority's records say of a card.
pub(super) fn delivered(office: &Office<'_>, serial: Option<Serial>) -> Result<Vec<Delivered>, Failure> {
    let Some(serial) = serial else { return Ok(Vec::new()) };
    let folder = folder(office, serial.as_str())?;
    let mut found = Vec::new();
    for (purpose, name) in NAMES {
        let path = folder.join(name);
        if !path.exists() {
            continue;
        }
        let der = inputs::read(&path, LONGEST)?;
        let certificate =
            Delivered::parse(purpose, &der).map_err(|error| inputs::unusable(&path, &error.to_string()))?;
        found.push(certificate);
    }
    Ok(found)
}
