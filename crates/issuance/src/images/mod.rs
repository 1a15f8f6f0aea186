//! The images that a personalised card carries: text as PNG, the portrait as JPEG 2000 (CARD.md §2.3).
//!
//! | field | image | size in pixels |
//! | --- | --- | --- |
//! | name | PNG, 1 bit grey | 216×12 |
//! | address | PNG, 1 bit grey | 288×12 |
//! | Individual Number | PNG, 1 bit grey | 72×12 |
//! | security code | PNG, 1 bit grey | 24×12 |
//! | portrait | JPEG 2000 in a JP2 file, one component of 8 bits | 378×472 |
//!
//! Everything here is a pure function of its arguments, so one person always gets the same bytes:
//! no input and output, no clock, no randomness. The portrait is drawn from simple shapes with a specimen
//! mark across the chest and is nobody's face.
//!
//! Text is black on white in a 12-pixel bitmap face: half-width characters take 6 pixels, the others 12. Both
//! faces come with the crate `u8g2-fonts`: `b12` of the Electronic Font Open Laboratory (3-clause BSD; kana,
//! full-width forms and 3,449 kanji), and for what it lacks BoutiqueBitmap9x9 (SIL Open Font License 1.1).
//! A character that neither has is drawn as an empty box.

mod grid;
mod jpeg2000;
mod png;
mod portrait;
mod text;

pub use portrait::{PORTRAIT_HEIGHT, PORTRAIT_WIDTH, Portrait};
pub use text::{Field, MAX_TEXT_WIDTH, TEXT_HEIGHT};

/// Why an image could not be made. No variant holds any of the text.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The caller's text needs more than [`MAX_TEXT_WIDTH`] pixels.
    #[error("the text is too long for an image: {width} pixels wide, at most {MAX_TEXT_WIDTH} are possible")]
    TooLong {
        /// Pixels that the text needs. Counting stops soon after the limit, so a longer text may say less.
        width: usize,
    },
    /// The caller's text holds a control character, such as a line break, which cannot stand on a card.
    #[error("character {position} of the text is a control character")]
    ControlCharacter {
        /// Position of the character, in characters from 0.
        position: usize,
    },
    /// An image is too large for its file format. The images of a card never are.
    #[error("the image is too large for its file format")]
    TooLarge,
    /// The PNG encoder failed. It writes to memory, so this does not happen in practice.
    #[error("the PNG encoder failed")]
    Png(#[source] ::png::EncodingError),
}

/// The text as a PNG of 1 bit grey, [`TEXT_HEIGHT`] pixels high and as wide as the text.
///
/// An empty text gives one blank half-width cell, because a PNG has no width of 0. Variation selectors choose
/// a form of the character before them and take no room; the faces have one form of each.
///
/// # Errors
///
/// [`Error::TooLong`] and [`Error::ControlCharacter`] tell of a text that fits no card.
pub fn text(text: &str) -> Result<Vec<u8>, Error> {
    png::encode_bits(&text::draw(text, 0)?)
}

/// The text as it stands in a field of the card: like [`text`], and filled with white on the right up to the
/// field's width. A longer text makes a wider image, as nothing of a name or an address may be lost.
///
/// # Errors
///
/// The same as [`text`].
pub fn field(field: Field, text: &str) -> Result<Vec<u8>, Error> {
    png::encode_bits(&text::draw(text, field.width())?)
}

/// Bytes for the code blocks of a portrait, so that the file stays below 4 KiB.
const PORTRAIT_BUDGET: usize = 3_700;

/// The portrait as a JP2 file of [`PORTRAIT_WIDTH`] by [`PORTRAIT_HEIGHT`] pixels, one component of 8 bits.
///
/// The file is smaller than 4 KiB, as a card's is: coding passes that bring little are left away, which costs
/// no more than the eye can see (the peak signal-to-noise ratio stays above 30 dB). The coding is that of the
/// public test card: ISO/IEC 15444-1, reversible 5/3 wavelet, five levels, one layer.
///
/// # Errors
///
/// [`Error::TooLarge`], which a portrait never causes.
pub fn portrait(portrait: &Portrait) -> Result<Vec<u8>, Error> {
    jpeg2000::encode(&portrait.draw(), PORTRAIT_BUDGET, "MYNUMBER-TEST specimen, nobody's portrait")
}

#[cfg(test)]
#[path = "images_tests.rs"]
mod tests;
