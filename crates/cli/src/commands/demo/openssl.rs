//! A second opinion: openssl verifies what the card signed.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::files::Destination;
use crate::language::say;

pub(super) struct Files {
    pub(super) message: PathBuf,
    pub(super) signature: PathBuf,
    pub(super) certificate: PathBuf,
}

pub(super) enum Verdict {
    Verified,
    NotInstalled,
}

/// `openssl x509 -pubkey`, then `openssl dgst -sha256 -verify`.
pub(super) fn verify(files: &Files) -> Result<Verdict, Failure> {
    let key = match run(&["x509", "-noout", "-pubkey", "-in"], &[&files.certificate]) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Verdict::NotInstalled),
        other => checked(other)?,
    };
    let key_file = files.certificate.with_extension("pub");
    Destination::new(Some(&key_file), true).write(&key)?;
    checked(run(
        &["dgst", "-sha256", "-verify"],
        &[&key_file, Path::new("-signature"), &files.signature, &files.message],
    ))?;
    Ok(Verdict::Verified)
}

struct Outcome {
    success: bool,
    stdout: Vec<u8>,
    stderr: String,
}

fn run(words: &[&str], paths: &[&Path]) -> std::io::Result<Outcome> {
    let output = Command::new("openssl").args(words).args(paths).output()?;
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    Ok(Outcome { success: output.status.success(), stdout: output.stdout, stderr })
}

fn checked(outcome: std::io::Result<Outcome>) -> Result<Vec<u8>, Failure> {
    match outcome {
        Ok(outcome) if outcome.success => Ok(outcome.stdout),
        Ok(outcome) => {
            let said = outcome.stderr.trim().to_owned();
            Err(Failure::new(
                Exit::SignatureMismatch,
                say!("openssl does not verify the signature: {said}", "opensslで検証できません: {said}"),
            ))
        }
        Err(error) => Err(Failure::new(
            Exit::Internal,
            say!("openssl cannot be started: {error}", "opensslを起動できません: {error}"),
        )),
    }
}
