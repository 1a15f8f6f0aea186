//! PNG files.

use super::Error;
use super::grid::Grid;

/// A PNG of 1 bit grey (ISO/IEC 15948 colour type 0, bit depth 1): `true` is black, which grey writes as 0.
pub(super) fn encode_bits(bits: &Grid<bool>) -> Result<Vec<u8>, Error> {
    let mut packed = Vec::with_capacity(bits.height() * bits.width().div_ceil(8));
    for row in bits.rows() {
        for eight in row.chunks(8) {
            let set = eight.iter().fold(0u8, |byte, &black| byte << 1 | u8::from(!black));
            packed.push(set << (8 - eight.len()));
        }
    }
    let width = u32::try_from(bits.width()).map_err(|_| Error::TooLarge)?;
    let height = u32::try_from(bits.height()).map_err(|_| Error::TooLarge)?;
    let mut file = Vec::new();
    let mut encoder = ::png::Encoder::new(&mut file, width, height);
    encoder.set_color(::png::ColorType::Grayscale);
    encoder.set_depth(::png::BitDepth::One);
    let mut writer = encoder.write_header().map_err(Error::Png)?;
    writer.write_image_data(&packed).map_err(Error::Png)?;
    writer.finish().map_err(Error::Png)?;
    Ok(file)
}
