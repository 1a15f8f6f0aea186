//! `sign`: a signature by one of the card's two keys.

mod cms;

use std::io::Read;
use std::path::Path;

use base64ct::{Base64, Encoding};
use mynumber::OwnCertificate;
use mynumber::applet::PinId;
use mynumber::applet::pin::reference;
use mynumber::crypto::digest::Hasher;
use mynumber::driver::{Hash as DriverHash, Input, Signature, Signs};
use serde::Serialize;

use crate::args::{Hash, Padding, SignArguments, SignCommand, SignatureForm, SigningKey};
use crate::commands::certificate::pem;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::files::{self, Destination};
use crate::inputs;
use crate::language::{Language, say};
use crate::names::Named;
use crate::output::{Format, Product};
use crate::progress;
use crate::run::{AnyCard, Run};

pub(crate) fn run(run: &Run, arguments: &SignArguments) -> Result<(), Failure> {
    if let Some(SignCommand::Cms(arguments)) = &arguments.command {
        return cms::run(run, arguments);
    }
    // The parser asks for one or the other.
    let path = arguments.input.as_deref().unwrap_or_else(|| Path::new("-"));
    let destination = Destination::new(arguments.output.as_deref(), arguments.force);
    let certificate_file =
        arguments.certificate.as_deref().map(|path| Destination::new(Some(path), arguments.force));
    refuse_one_place_for_two(arguments)?;
    destination.check()?;
    if let Some(file) = &certificate_file {
        file.check()?;
    }
    // Nothing is unlocked yet: a signal ends the program at once, even while standard input is silent.
    let input = run.interrupt.prompting(|| input(arguments, path))?;
    let mut card = run.card()?;
    let signature = match arguments.key {
        SigningKey::Sign => {
            let password = run.password(PinId::Signature.name())?;
            sign::<reference::Signature>(&mut card, &password, &input, run.common.last_try)?
        }
        SigningKey::Auth => {
            let pin = run.four_digits(PinId::UserAuthentication.name())?;
            sign::<reference::UserAuthentication>(&mut card, &pin, &input, run.common.last_try)?
        }
    };
    let certificate = pem(signature.certificate());
    let mut products = vec![(&destination, signature.value())];
    products.extend(certificate_file.as_ref().map(|file| (file, certificate.as_bytes())));
    match run.format {
        Format::Text => files::write_all(&products),
        Format::Json => {
            products.retain(|(destination, _)| destination.is_file());
            files::write_all(&products)?;
            run.print(&SignatureProduct::of(arguments, &signature))
        }
    }
}

/// Signature and certificate cannot go to one place.
fn refuse_one_place_for_two(arguments: &SignArguments) -> Result<(), Failure> {
    let standard = Path::new("-");
    let output = arguments.output.as_deref().unwrap_or(standard);
    match arguments.certificate.as_deref() {
        Some(certificate) if certificate == output => Err(Failure::new(
            Exit::Usage,
            say!(
                "signature and certificate need different files",
                "署名と証明書は別のファイルに出力してください"
            ),
        )),
        _ => Ok(()),
    }
}

fn sign<R: Signs>(
    card: &mut AnyCard,
    secret: &R::Secret,
    input: &Input,
    last_try: bool,
) -> Result<Signature, Failure> {
    let mut unlocked = match last_try {
        true => card.unlock_spending_the_last_try::<R>(secret)?,
        false => card.unlock::<R>(secret)?,
    };
    let signature = unlocked.sign(input, &OwnCertificate)?;
    unlocked.close()?;
    Ok(signature)
}

const fn driver_hash(hash: Hash) -> DriverHash {
    match hash {
        Hash::Sha256 => DriverHash::Sha256,
        Hash::Sha384 => DriverHash::Sha384,
        Hash::Sha512 => DriverHash::Sha512,
    }
}

/// What goes to the card: the hash of the file, or the file as the hash.
fn input(arguments: &SignArguments, path: &Path) -> Result<Input, Failure> {
    let hash = driver_hash(arguments.hash);
    let digest = match arguments.form {
        SignatureForm::Detached => hash_file(path, arguments.hash)?,
        SignatureForm::Raw => raw_digest(path, hash.length())?,
    };
    match arguments.padding {
        Padding::Pkcs1 => Input::digest(hash, &digest).map_err(|error| bad_input(&error)),
        Padding::Pss => {
            let digest =
                <[u8; 32]>::try_from(digest.as_slice()).ok().filter(|_| arguments.hash == Hash::Sha256);
            match digest {
                Some(digest) => Ok(Input::pss(&digest)),
                None => Err(Failure::new(
                    Exit::Usage,
                    say!("the card makes PSS signatures of SHA-256 only", "カードのPSS署名はSHA-256だけです"),
                )),
            }
        }
    }
}

/// Hashes a file of any size in constant memory, with a progress bar where it takes long.
fn hash_file(path: &Path, hash: Hash) -> Result<Vec<u8>, Failure> {
    let (reader, length) = inputs::open(path)?;
    let mut hasher = Hasher::new(match hash {
        Hash::Sha256 => mynumber::crypto::digest::Hash::Sha256,
        Hash::Sha384 => mynumber::crypto::digest::Hash::Sha384,
        Hash::Sha512 => mynumber::crypto::digest::Hash::Sha512,
    });
    progress::pieces(reader, &progress::bytes(length), |piece| {
        hasher.update(piece);
        Ok(())
    })
    .map_err(|error: std::io::Error| inputs::unreadable(path, &error))?;
    Ok(hasher.finish())
}

/// The hash itself, as bytes.
fn raw_digest(path: &Path, length: usize) -> Result<Vec<u8>, Failure> {
    let (reader, _) = inputs::open(path)?;
    let mut digest = Vec::new();
    let limit = u64::try_from(length).unwrap_or(64) + 1;
    reader.take(limit).read_to_end(&mut digest).map_err(|error| bad_input(&error))?;
    if digest.len() != length {
        return Err(Failure::new(
            Exit::BadInput,
            say!(
                "a hash of {length} bytes is expected; to sign a file's content leave --form raw out",
                "{length}バイトのハッシュ値が必要です。ファイルの内容に署名する場合は --form raw を外してください"
            ),
        ));
    }
    Ok(digest)
}

fn bad_input(error: &dyn std::fmt::Display) -> Failure {
    Failure::new(Exit::BadInput, say!("{error}", "入力の誤り: {error}"))
}

/// What was looked at before a signature is given out, and what was not.
const CHECKED: [&str; 2] = ["purpose of the certificate", "signature against the card's certificate"];
const NOT_CHECKED: [&str; 3] = ["issuer", "validity at this time", "revocation"];

/// The name of a hash in JSON.
const fn hash_name(hash: Hash) -> &'static str {
    match hash {
        Hash::Sha256 => "sha256",
        Hash::Sha384 => "sha384",
        Hash::Sha512 => "sha512",
    }
}

#[derive(Serialize)]
struct SignatureProduct {
    key: &'static str,
    hash: &'static str,
    padding: &'static str,
    /// Base64.
    signature: String,
    certificate_pem: String,
    /// The signature fits the certificate of the card. Who issued that was not checked.
    checked: [&'static str; 2],
    not_checked: [&'static str; 3],
}

impl SignatureProduct {
    fn of(arguments: &SignArguments, signature: &Signature) -> Self {
        Self {
            key: match arguments.key {
                SigningKey::Sign => "signature",
                SigningKey::Auth => "user_authentication",
            },
            hash: hash_name(arguments.hash),
            padding: match arguments.padding {
                Padding::Pkcs1 => "pkcs1",
                Padding::Pss => "pss",
            },
            signature: Base64::encode_string(signature.value()),
            certificate_pem: pem(signature.certificate()),
            checked: CHECKED,
            not_checked: NOT_CHECKED,
        }
    }
}

impl Product for SignatureProduct {
    fn text(&self, _: Language) -> String {
        format!("{}\n", self.signature)
    }
}
