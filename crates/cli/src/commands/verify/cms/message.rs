//! Reading a message: DER of any size in pieces, PEM and S/MIME as a whole.

use std::io::{Read, Write};
use std::path::Path;

use mynumber::crypto::cms::armor::{self, Form};
use mynumber::crypto::cms::{Error, Reader, SignedData};
use tempfile::NamedTempFile;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::inputs;
use crate::language::{Language, say};
use crate::progress;

/// The most bytes of a message in PEM or S/MIME: those are read as a whole.
const ARMOURED: u64 = 64 << 20;

/// A message with its content, nothing of it believed yet.
pub(in crate::commands::verify) struct Message {
    pub(in crate::commands::verify) data: SignedData,
    pub(in crate::commands::verify) form: &'static str,
}

/// Reads a message, and its content from `content` or from inside, which goes to `extracted` as it passes.
pub(in crate::commands::verify) fn read(
    path: &Path,
    content: Option<&Path>,
    extracted: Option<&mut NamedTempFile>,
) -> Result<Message, Failure> {
    let (mut source, length) = inputs::open(path)?;
    let bar = progress::bytes(length);
    let mut first = Vec::new();
    let failed = |error: std::io::Error| inputs::unreadable(path, &error);
    source.by_ref().take(1).read_to_end(&mut first).map_err(failed)?;
    let mut sink = Sink { file: extracted, failed: None };
    let mut beside = None;
    let (mut data, form) = if first == [0x30] {
        let mut reader = Reader::new();
        let whole = first.as_slice().chain(source);
        progress::pieces(whole, &bar, |piece| {
            reader.feed_to(piece, |octets| sink.take(octets)).map_err(Broken::Message)
        })
        .map_err(|broken| broken.failure(path))?;
        (reader.finish().map_err(|error| refused(path, &error))?, "der")
    } else {
        let bytes = inputs::read_rest(path, first, source, ARMOURED)?;
        let unwrapped = armor::unwrap(&bytes).map_err(|error| inputs::unusable(path, &error.to_string()))?;
        let mut reader = Reader::new();
        let fed = reader.feed_to(&unwrapped.message, |octets| sink.take(octets));
        let data = fed.and_then(|()| reader.finish()).map_err(|error| refused(path, &error))?;
        beside = unwrapped.content;
        (data, form(unwrapped.form))
    };
    sink.check()?;
    match (beside, content) {
        (Some(_), Some(_)) => return Err(refused(path, &Error::ContentTwice)),
        (Some(beside), None) => {
            sink.take(&beside);
            sink.check()?;
            data.content(&beside).map_err(|error| refused(path, &error))?;
        }
        (None, Some(content)) => {
            give(&mut data, content).map_err(|broken| broken.failure(content))?;
        }
        (None, None) => {}
    }
    Ok(Message { data, form })
}

const fn form(form: Form) -> &'static str {
    match form {
        Form::Der => "der",
        Form::Pem => "pem",
        Form::Pkcs7Mime => "pkcs7_mime",
        Form::MultipartSigned => "multipart_signed",
        _ => "other",
    }
}

/// Gives content that lies in a file of its own.
fn give(data: &mut SignedData, path: &Path) -> Result<(), Broken> {
    // Content of no bytes is content, too.
    data.content(&[]).map_err(Broken::Message)?;
    let (source, length) = inputs::open(path).map_err(Broken::Told)?;
    progress::pieces(source, &progress::bytes(length), |piece| data.content(piece).map_err(Broken::Message))
}

/// Why reading broke off.
enum Broken {
    Message(Error),
    Io(std::io::Error),
    Told(Failure),
}

impl From<std::io::Error> for Broken {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

impl Broken {
    fn failure(self, path: &Path) -> Failure {
        match self {
            Self::Message(error) => refused(path, &error),
            Self::Io(error) => inputs::unreadable(path, &error),
            Self::Told(failure) => failure,
        }
    }
}

/// A message that is refused as a whole.
pub(in crate::commands::verify) fn refused(path: &Path, error: &Error) -> Failure {
    let shown = path.display();
    let why = match (Language::current(), error) {
        (Language::Ja, Error::NotSignedData) => {
            "署名データ（SignedData）ではないCMSメッセージです".to_owned()
        }
        (Language::Ja, Error::NoSigner) => "署名者がいません".to_owned(),
        (Language::Ja, Error::ContentTwice) => {
            "内容がメッセージの中にあるのに、別にも指定されています".to_owned()
        }
        (Language::Ja, Error::ContentMissing) => {
            "内容がメッセージの中になく、指定もされていません".to_owned()
        }
        (_, error) => error.to_string(),
    };
    // A message that nobody signed is no bad file; it proves nothing.
    let exit = if matches!(error, Error::NoSigner) { Exit::NotTrusted } else { Exit::BadInput };
    let failure = Failure::new(exit, say!("{shown}: {why}", "{shown}: {why}"));
    match error {
        Error::ContentMissing => failure.advise(say!(
            "give the signed file with --content",
            "署名されたファイルを --content で指定してください"
        )),
        _ => failure,
    }
}

/// Where content inside the message goes.
struct Sink<'f> {
    file: Option<&'f mut NamedTempFile>,
    failed: Option<std::io::Error>,
}

impl Sink<'_> {
    fn take(&mut self, octets: &[u8]) {
        if let (Some(file), None) = (&mut self.file, &self.failed) {
            self.failed = file.write_all(octets).err();
        }
    }

    fn check(&mut self) -> Result<(), Failure> {
        match self.failed.take() {
            None => Ok(()),
            Some(error) => Err(Failure::new(
                Exit::OutputFailed,
                say!("cannot write the content: {error}", "内容を書き込めません: {error}"),
            )),
        }
    }
}
