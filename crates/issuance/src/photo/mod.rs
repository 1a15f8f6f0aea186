//! The photo of an application: what a program can tell, and what only a person can.
//!
//! [`Digital::check`] takes a file for what it is, not for what its name says: a JPEG that decodes to its end, in colour,
//! within the limits. [`judge`] is the clerk's part.
//!
//! * Length: 20 KB to 7 MB, read as 20 × 1024 and 7 × 1024 × 1024 bytes, both included; the published rule does not
//!   say which kilobyte it means.
//! * Each side: 480 to 6000 pixels, both included.
//! * Colour: RGB (as JPEG keeps it: three components); no CMYK, no grey.
//! * Taken within six months before the application. The day is what the applicant declares: what cameras write into
//!   files is neither believed nor read.
//!
//! Everything that can be told from the markers of the file is checked before a pixel is decoded. Decoding needs at
//! most three times the pixels in bytes (108 MB at 6000 × 6000) for a baseline file, and seven times for a progressive
//! one, whose number of passes is limited too. The picture is decoded at an eighth of its size: every coefficient is
//! read, few are kept.
//!
//! A file cut off is found even where an end marker was put behind the cut, unless no more than the last few bytes of
//! the picture are missing.

mod judgement;
mod markers;

pub(crate) use markers::Header;

pub use judgement::{Answer, Exception, Judgement, JudgementError, Question, judge};

use std::io::Read;

use jpeg_decoder::{CodingProcess, Decoder, PixelFormat};
use mynumber_applet::Date;
use sha2::{Digest, Sha256};

use crate::validity::months_before;

/// The shortest file, in bytes.
pub const MIN_BYTES: usize = 20 * 1024;
/// The longest file, in bytes.
pub const MAX_BYTES: usize = 7 * 1024 * 1024;
/// The shortest side, in pixels.
pub const MIN_SIDE: u16 = 480;
/// The longest side, in pixels.
pub const MAX_SIDE: u16 = 6000;
/// A photo on paper, in tenths of a millimetre: 4.5 cm high, 3.5 cm wide.
pub const PAPER: (u16, u16) = (450, 350);
/// How old a photo may be, in months.
pub const MONTHS: u8 = 6;

/// Stuffed bytes of ones: no code of a JPEG begins so, and after the last code nobody looks at them. A picture that was
/// cut off runs into them.
const GUARD: [[u8; 2]; 64] = [[0xFF, 0x00]; 64];

/// A digital photo that holds to the rules. Only [`Digital::check`] makes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digital {
    width: u16,
    height: u16,
    bytes: usize,
    progressive: bool,
    taken: Date,
    sha256: [u8; 32],
}

impl Digital {
    /// Checks a file.
    ///
    /// # Errors
    /// [`PhotoError`]: the first rule that it breaks.
    pub fn check(file: &[u8], taken: Date, today: Date) -> Result<Self, PhotoError> {
        if file.len() > MAX_BYTES {
            return Err(PhotoError::TooLong { bytes: file.len() });
        }
        if !file.starts_with(&[0xFF, 0xD8, 0xFF]) {
            return Err(PhotoError::NotJpeg { looks_like: Kind::of(file) });
        }
        if file.len() < MIN_BYTES {
            return Err(PhotoError::TooShort { bytes: file.len() });
        }
        let header = Header::read(file)?;
        for pixels in [header.width, header.height] {
            if !(MIN_SIDE..=MAX_SIDE).contains(&pixels) {
                return Err(PhotoError::Side { width: header.width, height: header.height });
            }
        }
        match header.components {
            3 => {}
            1 => return Err(PhotoError::Grey),
            4 => return Err(PhotoError::Cmyk),
            _ => return Err(PhotoError::Damaged),
        }
        check_age(taken, today)?;
        let progressive = decode(file, &header)?;
        Ok(Self {
            width: header.width,
            height: header.height,
            bytes: file.len(),
            progressive,
            taken,
            sha256: Sha256::digest(file).into(),
        })
    }

    /// Pixels from left to right.
    #[must_use]
    pub const fn width(&self) -> u16 {
        self.width
    }

    /// Pixels from top to bottom.
    #[must_use]
    pub const fn height(&self) -> u16 {
        self.height
    }

    /// The length of the file.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether it is coded in several passes over the picture.
    #[must_use]
    pub const fn is_progressive(&self) -> bool {
        self.progressive
    }

    /// The day on which it was taken, as declared.
    #[must_use]
    pub const fn taken(&self) -> Date {
        self.taken
    }

    /// SHA-256 of the file: says later that a file is the one that was checked.
    #[must_use]
    pub const fn sha256(&self) -> &[u8; 32] {
        &self.sha256
    }
}

/// Decodes the picture to its end; whether it is progressive.
fn decode(file: &[u8], header: &Header) -> Result<bool, PhotoError> {
    let (picture, end) = file.split_at_checked(header.end).ok_or(PhotoError::Truncated)?;
    let end = end.get(..2).ok_or(PhotoError::Truncated)?;
    let mut decoder = Decoder::new(picture.chain(GUARD.as_flattened()).chain(end));
    decoder.set_max_decoding_buffer_size(usize::from(MAX_SIDE) * usize::from(MAX_SIDE) * 3);
    decoder.read_info().map_err(|_| PhotoError::Damaged)?;
    decoder.scale(header.width / 8, header.height / 8).map_err(|_| PhotoError::Damaged)?;
    // The markers were in order: what fails now is the picture, cut off or garbled.
    decoder.decode().map_err(|_| PhotoError::Truncated)?;
    let info = decoder.info().ok_or(PhotoError::Damaged)?;
    match (info.pixel_format, info.coding_process) {
        (PixelFormat::RGB24, CodingProcess::DctSequential) => Ok(false),
        (PixelFormat::RGB24, CodingProcess::DctProgressive) => Ok(true),
        (PixelFormat::RGB24, CodingProcess::Lossless) => Err(PhotoError::Coding),
        (PixelFormat::CMYK32, _) => Err(PhotoError::Cmyk),
        (PixelFormat::L8 | PixelFormat::L16, _) => Err(PhotoError::Grey),
    }
}

/// A photo on paper that holds to the rules. Only [`Paper::check`] makes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paper {
    taken: Date,
}

impl Paper {
    /// Checks what the clerk measured, in tenths of a millimetre; a millimetre more or less is the scissors'.
    ///
    /// # Errors
    /// [`PhotoError::PaperSize`] and [`PhotoError::Age`].
    pub fn check(height: u16, width: u16, taken: Date, today: Date) -> Result<Self, PhotoError> {
        let (wanted_height, wanted_width) = PAPER;
        if height.abs_diff(wanted_height) > 10 || width.abs_diff(wanted_width) > 10 {
            return Err(PhotoError::PaperSize { height, width });
        }
        check_age(taken, today)?;
        Ok(Self { taken })
    }

    /// The day on which it was taken, as declared.
    #[must_use]
    pub const fn taken(&self) -> Date {
        self.taken
    }
}

/// Whether a photo of a day can be used on another: taken within six months before it.
///
/// # Errors
/// [`AgeError`].
pub fn check_age(taken: Date, today: Date) -> Result<(), AgeError> {
    if taken > today {
        return Err(AgeError::Ahead);
    }
    // Before the year 1 there is nothing to be too old from.
    if months_before(today, MONTHS).is_some_and(|oldest| taken < oldest) {
        return Err(AgeError::TooOld);
    }
    Ok(())
}

/// Why a photo of a day cannot be used on another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AgeError {
    /// Taken more than six months before.
    #[error("the photo was taken more than six months ago")]
    TooOld,
    /// Taken on a day that lies ahead.
    #[error("the day on which the photo was taken lies ahead")]
    Ahead,
}

/// What a file is that is no JPEG.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// PNG.
    Png,
    /// GIF.
    Gif,
    /// BMP.
    Bmp,
    /// TIFF.
    Tiff,
    /// WebP.
    WebP,
    /// HEIC or AVIF, as some telephones save.
    Heif,
    /// JPEG 2000.
    Jpeg2000,
    /// PDF.
    Pdf,
    /// None of these.
    Unknown,
}

impl Kind {
    /// By the first bytes.
    fn of(file: &[u8]) -> Self {
        const SIGNATURES: [(usize, &[u8], Kind); 10] = [
            (0, b"\x89PNG\r\n\x1a\n", Kind::Png),
            (0, b"GIF8", Kind::Gif),
            (0, b"BM", Kind::Bmp),
            (0, b"II*\0", Kind::Tiff),
            (0, b"MM\0*", Kind::Tiff),
            (8, b"WEBP", Kind::WebP),
            (4, b"ftyp", Kind::Heif),
            (0, b"\0\0\0\x0CjP  ", Kind::Jpeg2000),
            (0, b"\xFF\x4F\xFF\x51", Kind::Jpeg2000),
            (0, b"%PDF-", Kind::Pdf),
        ];
        let fits = |(offset, signature, _): &&(usize, &[u8], Kind)| {
            file.get(*offset..).is_some_and(|rest| rest.starts_with(signature))
        };
        SIGNATURES.iter().find(fits).map_or(Self::Unknown, |(_, _, kind)| *kind)
    }

    /// The name that people use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Png => "PNG",
            Self::Gif => "GIF",
            Self::Bmp => "BMP",
            Self::Tiff => "TIFF",
            Self::WebP => "WebP",
            Self::Heif => "HEIC",
            Self::Jpeg2000 => "JPEG 2000",
            Self::Pdf => "PDF",
            Self::Unknown => "of an unknown kind",
        }
    }
}

/// Why a photo is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PhotoError {
    /// Not a JPEG, whatever its name says.
    #[error("a JPEG is needed; the file is {}", looks_like.name())]
    NotJpeg {
        /// What it looks like.
        looks_like: Kind,
    },
    /// Shorter than [`MIN_BYTES`].
    #[error("the file has {bytes} bytes; at least {MIN_BYTES} are needed (20 KB)")]
    TooShort {
        /// Its length.
        bytes: usize,
    },
    /// Longer than [`MAX_BYTES`].
    #[error("the file has {bytes} bytes; at most {MAX_BYTES} may be (7 MB)")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// A side outside [`MIN_SIDE`] to [`MAX_SIDE`].
    #[error("the picture is {width} x {height} pixels; each side has {MIN_SIDE} to {MAX_SIDE}")]
    Side {
        /// Pixels from left to right.
        width: u16,
        /// Pixels from top to bottom.
        height: u16,
    },
    /// CMYK.
    #[error("the picture is CMYK; RGB is needed")]
    Cmyk,
    /// Grey.
    #[error("the picture is grey; RGB is needed")]
    Grey,
    /// Lossless or arithmetic coding, or another that cameras do not use.
    #[error("the picture is coded in a way that is not accepted")]
    Coding,
    /// More passes over the picture than any program writes.
    #[error("the picture has too many passes")]
    Scans,
    /// The file ends, or turns into noise, before the picture does.
    #[error("the picture is cut off or damaged")]
    Truncated,
    /// The file breaks the rules of JPEG.
    #[error("the file is damaged")]
    Damaged,
    /// The day on which it was taken.
    #[error(transparent)]
    Age(#[from] AgeError),
    /// A photo on paper of another size than 4.5 cm by 3.5 cm.
    #[error("a photo on paper is 45.0 mm x 35.0 mm, not {}.{} x {}.{}", height / 10, height % 10, width / 10, width % 10)]
    PaperSize {
        /// In tenths of a millimetre.
        height: u16,
        /// In tenths of a millimetre.
        width: u16,
    },
}

impl PhotoError {
    /// What a Japanese reader sees.
    #[must_use]
    pub fn japanese(&self) -> String {
        match self {
            Self::NotJpeg { looks_like: Kind::Unknown } => "JPEG形式の写真が必要です。".to_owned(),
            Self::NotJpeg { looks_like } => {
                format!("JPEG形式の写真が必要です（このファイルは{}です）。", looks_like.name())
            }
            Self::TooShort { bytes } => format!("ファイルが小さすぎます（{bytes}バイト。20KB以上）。"),
            Self::TooLong { bytes } => format!("ファイルが大きすぎます（{bytes}バイト。7MB以下）。"),
            Self::Side { width, height } => {
                format!("幅{width}×高さ{height}ピクセルです。各辺480～6000ピクセルにしてください。")
            }
            Self::Cmyk => "CMYKの写真は使えません。RGBにしてください。".to_owned(),
            Self::Grey => "白黒の写真は使えません。RGBにしてください。".to_owned(),
            Self::Coding | Self::Scans => "この符号化方式のJPEGは使えません。".to_owned(),
            Self::Truncated | Self::Damaged => "写真のファイルが壊れています。".to_owned(),
            Self::Age(AgeError::TooOld) => "6か月以内に撮影した写真が必要です。".to_owned(),
            Self::Age(AgeError::Ahead) => "撮影日が未来の日付です。".to_owned(),
            Self::PaperSize { .. } => "写真の大きさは縦4.5cm×横3.5cmです。".to_owned(),
        }
    }
}

#[cfg(test)]
#[path = "photo_tests.rs"]
mod tests;
