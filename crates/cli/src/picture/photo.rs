//! The photo: JPEG 2000 from the card, which may be hostile, to PNG.

use hayro_jpeg2000::{ColorSpace, DecodeSettings, DecoderContext, Image};

use super::PictureError;
use crate::hardening::without_panic;

/// Largest side that is decoded, in pixels: the card's photo has 378 x 472.
const LARGEST_SIDE: u32 = 2048;

/// Decodes a JPEG 2000 photo and codes it as PNG.
pub(crate) fn to_png(photo: &[u8]) -> Result<Vec<u8>, PictureError> {
    // The decoder is memory-safe, but a photo that makes it panic shall not take the program down.
    let decoded = without_panic(|| decode(photo));
    let (width, height, color, pixels) =
        decoded.unwrap_or_else(|| Err(PictureError::Photo("the decoder gave up".to_owned())))?;
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, width, height);
    encoder.set_color(color);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&pixels)?;
    writer.finish()?;
    Ok(out)
}

type Pixels = (u32, u32, png::ColorType, Vec<u8>);

fn decode(photo: &[u8]) -> Result<Pixels, PictureError> {
    let failed = |error: hayro_jpeg2000::DecodeError| PictureError::Photo(error.to_string());
    let image = Image::new(photo, &DecodeSettings::default()).map_err(failed)?;
    let (width, height) = (image.width(), image.height());
    if width > LARGEST_SIDE || height > LARGEST_SIDE {
        return Err(PictureError::PhotoTooLarge { width, height });
    }
    let color = match (image.color_space(), image.has_alpha()) {
        (ColorSpace::Gray, false) => png::ColorType::Grayscale,
        (ColorSpace::Gray, true) => png::ColorType::GrayscaleAlpha,
        (ColorSpace::RGB, false) => png::ColorType::Rgb,
        (ColorSpace::RGB, true) => png::ColorType::Rgba,
        _ => return Err(PictureError::Photo("neither grey nor RGB".to_owned())),
    };
    let mut context = DecoderContext::default();
    let pixels = image.decode(&mut context).map_err(failed)?.data_u8();
    Ok((width, height, color, pixels))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_photo_that_is_none_is_refused() {
        for bytes in [&[][..], b"\x00\x00\x00\x0CjP  \r\n\x87\n", b"\xFF\x4F\xFF\x51\x00\x29", &[0xFF; 4096]]
        {
            assert!(matches!(to_png(bytes), Err(PictureError::Photo(_))));
        }
    }
}
