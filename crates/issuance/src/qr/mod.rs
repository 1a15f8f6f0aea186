//! The application form id, read from an image of the form's QR code.
//!
//! PNG and JPEG are read, whatever the name of the file says. Everything is limited before a pixel is decoded:
//! [`MAX_BYTES`], [`MAX_SIDE`], [`MAX_PIXELS`]. The picture is read as it comes and at half and a quarter of its size:
//! the smaller ones are less blurred; each with two ways to part dark from bright.
//!
//! Exactly one code may be in the picture, and it has to hold the 23 digits of the id and nothing else: how the codes
//! on real forms are made up is not public.

mod raster;

use std::panic::{AssertUnwindSafe, catch_unwind};

use rqrr::{DeQRError, MetaData, PreparedImage};

use crate::application::{FormId, FormIdError};
use raster::Raster;

/// The longest file, in bytes.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;
/// The longest side, in pixels.
pub const MAX_SIDE: u32 = 8192;
/// The most pixels: 24 million, as cameras make them.
pub const MAX_PIXELS: u64 = 24_000_000;

/// The most digits that a code of this content could have; what is longer is not the id.
const MAX_CONTENT: usize = 4096;

/// Reads the application form id from a picture.
///
/// # Errors
/// [`QrError`]. Nothing of a code's content is in it.
pub fn read_form_id(file: &[u8]) -> Result<FormId, QrError> {
    let mut raster = Raster::decode(file)?;
    let mut found = QrError::NoCode;
    for _ in 0..3 {
        let (width, height) = raster.size();
        // Shadows want a limit that moves over the picture, blur one that stands still.
        let moving = PreparedImage::prepare_from_greyscale(width, height, |x, y| raster.grey(x, y));
        let limit = raster.threshold();
        let still = PreparedImage::prepare_from_bitmap(width, height, |x, y| raster.grey(x, y) <= limit);
        for mut image in [moving, still] {
            let codes = without_panic(|| {
                image.detect_grids().iter().map(|grid| Code::of(|content| grid.decode_to(content))).collect()
            });
            match form_id(&codes) {
                // Codes that were seen once and could not be read say more than none at all.
                Err(QrError::Unreadable) => found = QrError::Unreadable,
                Err(QrError::NoCode) => {}
                other => return other,
            }
        }
        raster = raster.halved();
    }
    Err(found)
}

/// The codes that the decoder sees.
///
/// It panics over some pictures that somebody made against it: where what looks like a code would lie far outside of the
/// picture. Nothing of its work is used then, and the picture counts as one with a code that cannot be read.
fn without_panic(detect: impl FnOnce() -> Vec<Code>) -> Vec<Code> {
    catch_unwind(AssertUnwindSafe(detect)).unwrap_or_else(|_| vec![Code(None)])
}

/// A code that was seen: its content, if it could be read.
struct Code(Option<Vec<u8>>);

impl Code {
    fn of(decode: impl FnOnce(&mut Limited) -> Result<MetaData, DeQRError>) -> Self {
        let mut content = Limited::default();
        match decode(&mut content) {
            Ok(_) => Self(Some(content.bytes)),
            // Longer than the id can be: a code, with something else in it.
            Err(DeQRError::IoError) => Self(Some(Vec::new())),
            Err(_) => Self(None),
        }
    }
}

fn form_id(codes: &[Code]) -> Result<FormId, QrError> {
    let contents: Vec<&[u8]> = codes.iter().filter_map(|code| code.0.as_deref()).collect();
    match contents.as_slice() {
        [] if codes.is_empty() => Err(QrError::NoCode),
        [] => Err(QrError::Unreadable),
        [content] => {
            let text = std::str::from_utf8(content).map_err(|_| QrError::OtherContent(None))?;
            FormId::parse(text).map_err(|error| QrError::OtherContent(Some(error)))
        }
        several => Err(QrError::Several { codes: several.len() }),
    }
}

/// Takes so many bytes and no more.
#[derive(Default)]
struct Limited {
    bytes: Vec<u8>,
}

impl std::io::Write for Limited {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.bytes.len() + bytes.len() > MAX_CONTENT {
            return Err(std::io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Why no application form id was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum QrError {
    /// Neither PNG nor JPEG.
    #[error("neither PNG nor JPEG")]
    NotAnImage,
    /// Too many bytes or pixels.
    #[error("the picture is too large: at most 16 MB, 24 million pixels, 8192 a side")]
    TooLarge,
    /// The file breaks the rules of its format, or is cut off.
    #[error("the picture is damaged")]
    Damaged,
    /// There is no QR code to be seen.
    #[error("there is no QR code to be seen; take a sharper picture, or type the 23 digits")]
    NoCode,
    /// There is one that cannot be read: blurred, dirty, cut off.
    #[error("the QR code cannot be read; take a sharper picture, or type the 23 digits")]
    Unreadable,
    /// There are several.
    #[error("there are {codes} QR codes in the picture; one is needed")]
    Several {
        /// How many were read.
        codes: usize,
    },
    /// It holds something else than an application form id.
    #[error("the QR code holds no application form id")]
    OtherContent(Option<FormIdError>),
}

impl QrError {
    /// What a Japanese reader sees.
    #[must_use]
    pub fn japanese(&self) -> String {
        match self {
            Self::NotAnImage => "PNGまたはJPEGの画像が必要です。".to_owned(),
            Self::TooLarge => "画像が大きすぎます。".to_owned(),
            Self::Damaged => "画像のファイルが壊れています。".to_owned(),
            Self::NoCode => {
                "QRコードが見つかりません。撮り直すか、23桁の申請書IDを入力してください。".to_owned()
            }
            Self::Unreadable => {
                "QRコードを読み取れません。撮り直すか、23桁の申請書IDを入力してください。".to_owned()
            }
            Self::Several { codes } => format!("QRコードが{codes}個あります。1個だけ写してください。"),
            Self::OtherContent(_) => "このQRコードは申請書IDではありません。".to_owned(),
        }
    }
}

#[cfg(test)]
#[path = "qr_tests.rs"]
mod tests;
