//! Pictures: the photo decoded, and a drawing of the card put together from what its chip holds.

mod drawing;
mod photo;

pub(crate) use drawing::{Back, Front, back_svg, front_svg};
pub(crate) use photo::to_png;

/// Why a picture cannot be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PictureError {
    /// The photo on the card is not an image that can be decoded.
    #[error("the photo on the card cannot be decoded: {0}")]
    Photo(String),
    /// The photo claims to be larger than a photo on a card can be.
    #[error("the photo on the card claims {width} x {height} pixels")]
    PhotoTooLarge { width: u32, height: u32 },
    /// PNG output failed.
    #[error("the PNG cannot be written: {0}")]
    Png(#[from] png::EncodingError),
    /// The number does not fit a QR code.
    #[error("the number cannot be shown as a QR code")]
    QrCode,
}
