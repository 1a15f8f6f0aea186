//! `sign cms`: a message with the signature of the card's signature key.

use std::fs::File;
use std::io::{Seek, SeekFrom};
use std::path::Path;

use base64ct::{Base64, Encoding};
use mynumber::applet::PinId;
use mynumber::cms::{self, Error, Options};
use mynumber::crypto::digest::Hash as Digest;
use serde::Serialize;
use tempfile::NamedTempFile;

use crate::args::{Hash, SignCmsArguments};
use crate::cards;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::files::{self, Destination};
use crate::inputs;
use crate::language::{Language, say};
use crate::names::Named;
use crate::output::{Format, Product};
use crate::progress;
use crate::run::Run;

pub(super) fn run(run: &Run, arguments: &SignCmsArguments) -> Result<(), Failure> {
    let destination = Destination::new(arguments.output.as_deref(), arguments.force);
    destination.check()?;
    // Nothing is unlocked yet: a signal ends the program at once, even while standard input is silent.
    let mut content = run.interrupt.prompting(|| content(&arguments.input))?;
    let mut message = match &destination {
        Destination::Stdout => NamedTempFile::new().map_err(|error| unwritable(&error))?,
        Destination::File { path, .. } => files::aside(path)?,
    };
    let now = cards::now();
    let options = Options {
        hash: match arguments.hash {
            Hash::Sha256 => Digest::Sha256,
            Hash::Sha384 => Digest::Sha384,
            Hash::Sha512 => Digest::Sha512,
        },
        signing_time: Some(now),
        mime_type: arguments.mime_type.as_deref(),
        with_authority: arguments.with_authority,
        spend_last_try: run.common.last_try,
    };
    let mut card = run.card()?;
    let password = run.password(PinId::Signature.name())?;
    if arguments.detached {
        let made = cms::sign_detached(&mut card, &password, &mut content, &options).map_err(failure)?;
        std::io::Write::write_all(&mut message, &made).map_err(|error| unwritable(&error))?;
    } else {
        cms::sign_attached(&mut card, &password, &mut content, &mut message, &options).map_err(failure)?;
    }
    match run.format {
        Format::Text => destination.keep(message),
        Format::Json => {
            let mut made = Made::of(arguments, &options, &now.to_string());
            match destination.is_file() {
                true => destination.keep(message)?,
                false => {
                    let bytes = std::fs::read(message.path()).map_err(|error| unwritable(&error))?;
                    made.message = Some(Base64::encode_string(&bytes));
                }
            }
            run.print(&made)
        }
    }
}

/// The content, to be read twice: standard input is put into a file first.
fn content(path: &Path) -> Result<File, Failure> {
    if path != Path::new("-") {
        return inputs::file(path).map(|(file, _)| file);
    }
    let (source, _) = inputs::open(path)?;
    let mut kept = tempfile::tempfile().map_err(|error| unwritable(&error))?;
    progress::pieces(source, &progress::bytes(None), |piece| std::io::Write::write_all(&mut kept, piece))
        .and_then(|()| kept.seek(SeekFrom::Start(0)).map(drop))
        .map_err(|error: std::io::Error| inputs::unreadable(path, &error))?;
    Ok(kept)
}

fn unwritable(error: &std::io::Error) -> Failure {
    Failure::new(
        Exit::OutputFailed,
        say!("the message cannot be written: {error}", "メッセージを書き込めません: {error}"),
    )
}

fn failure(error: Error) -> Failure {
    let told = |exit| Failure::new(exit, say!("{error}", "メッセージを作れません: {error}"));
    match error {
        Error::Card(error) => error.into(),
        Error::Output(error) => unwritable(&error),
        Error::Content(_) | Error::ContentChanged => told(Exit::BadInput),
        Error::Certificate(_) => told(Exit::CardMisbehaved),
        Error::Build(mynumber::crypto::cms::BuildError::Signature(_)) => told(Exit::SignatureMismatch),
        Error::Build(mynumber::crypto::cms::BuildError::MimeType) => told(Exit::BadInput),
        _ => told(Exit::Internal),
    }
}

#[derive(Serialize)]
struct Made {
    key: &'static str,
    hash: &'static str,
    detached: bool,
    signing_time: String,
    mime_type: Option<String>,
    /// Base64; absent when the message was written to a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    checked: [&'static str; 2],
    not_checked: [&'static str; 3],
}

impl Made {
    fn of(arguments: &SignCmsArguments, options: &Options<'_>, time: &str) -> Self {
        Self {
            key: "signature",
            hash: super::hash_name(arguments.hash),
            detached: arguments.detached,
            signing_time: time.to_owned(),
            mime_type: options.mime_type.map(str::to_owned),
            message: None,
            checked: super::CHECKED,
            not_checked: super::NOT_CHECKED,
        }
    }
}

impl Product for Made {
    fn text(&self, _: Language) -> String {
        String::new()
    }
}
