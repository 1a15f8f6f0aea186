//! A picture in grey.

use std::io::Cursor;

use jpeg_decoder::PixelFormat;
use png::{ColorType, Limits, Transformations};

use super::{MAX_BYTES, MAX_PIXELS, MAX_SIDE, QrError};
use crate::photo::Header;

pub(super) struct Raster {
    width: usize,
    height: usize,
    grey: Vec<u8>,
}

impl Raster {
    /// Decodes a PNG or a JPEG, under limits.
    pub(super) fn decode(file: &[u8]) -> Result<Self, QrError> {
        if file.len() > MAX_BYTES {
            return Err(QrError::TooLarge);
        }
        if file.starts_with(b"\x89PNG\r\n\x1a\n") {
            Self::decode_png(file)
        } else if file.starts_with(&[0xFF, 0xD8, 0xFF]) {
            Self::decode_jpeg(file)
        } else {
            Err(QrError::NotAnImage)
        }
    }

    fn decode_png(file: &[u8]) -> Result<Self, QrError> {
        // The sides stand in the first chunk: looked at before the decoder sees anything.
        let Some([w0, w1, w2, w3, h0, h1, h2, h3]) = file.get(16..24) else {
            return Err(QrError::Damaged);
        };
        let (width, height) =
            (u32::from_be_bytes([*w0, *w1, *w2, *w3]), u32::from_be_bytes([*h0, *h1, *h2, *h3]));
        check_size(width, height)?;
        let mut decoder = png::Decoder::new_with_limits(Cursor::new(file), Limits { bytes: 256 << 20 });
        decoder.set_transformations(Transformations::normalize_to_color8());
        let mut reader = decoder.read_info().map_err(|_| QrError::Damaged)?;
        let mut pixels = vec![0; reader.output_buffer_size().ok_or(QrError::TooLarge)?];
        let frame = reader.next_frame(&mut pixels).map_err(|_| QrError::Damaged)?;
        let channels = match frame.color_type {
            ColorType::Grayscale => 1,
            ColorType::GrayscaleAlpha => 2,
            ColorType::Rgb => 3,
            ColorType::Rgba => 4,
            ColorType::Indexed => return Err(QrError::Damaged),
        };
        let alpha = matches!(frame.color_type, ColorType::GrayscaleAlpha | ColorType::Rgba);
        Self::from_pixels(width, height, &pixels, channels, alpha)
    }

    fn decode_jpeg(file: &[u8]) -> Result<Self, QrError> {
        let header = Header::read(file).map_err(|_| QrError::Damaged)?;
        check_size(u32::from(header.width), u32::from(header.height))?;
        let mut decoder = jpeg_decoder::Decoder::new(file);
        decoder.set_max_decoding_buffer_size(usize::try_from(MAX_PIXELS).unwrap_or(usize::MAX) * 4);
        let pixels = decoder.decode().map_err(|_| QrError::Damaged)?;
        let info = decoder.info().ok_or(QrError::Damaged)?;
        let channels = match info.pixel_format {
            PixelFormat::L8 => 1,
            PixelFormat::RGB24 => 3,
            // Nobody photographs forms in these.
            PixelFormat::L16 | PixelFormat::CMYK32 => return Err(QrError::Damaged),
        };
        Self::from_pixels(u32::from(info.width), u32::from(info.height), &pixels, channels, false)
    }

    /// Grey from pixels of some channels, the last of which may be opacity over white paper.
    fn from_pixels(
        width: u32,
        height: u32,
        pixels: &[u8],
        channels: usize,
        alpha: bool,
    ) -> Result<Self, QrError> {
        let size = |side: u32| usize::try_from(side).map_err(|_| QrError::TooLarge);
        let (width, height) = (size(width)?, size(height)?);
        let grey: Vec<u8> =
            pixels.chunks_exact(channels).take(width * height).map(|pixel| grey_of(pixel, alpha)).collect();
        if grey.len() == width * height { Ok(Self { width, height, grey }) } else { Err(QrError::Damaged) }
    }

    /// Width and height in pixels.
    pub(super) const fn size(&self) -> (usize, usize) {
        (self.width, self.height)
    }

    /// The pixel at a place; white outside.
    pub(super) fn grey(&self, x: usize, y: usize) -> u8 {
        self.grey.get(y * self.width + x).copied().unwrap_or(255)
    }

    /// The grey that parts dark from bright best (Otsu): that with the greatest variance between the two.
    pub(super) fn threshold(&self) -> u8 {
        let mut histogram = [0u64; 256];
        for grey in &self.grey {
            if let Some(count) = histogram.get_mut(usize::from(*grey)) {
                *count += 1;
            }
        }
        let pixels: u64 = histogram.iter().sum();
        let total: u64 = histogram.iter().zip(0u64..).map(|(count, grey)| count * grey).sum();
        let (mut dark, mut dark_sum) = (0u64, 0u64);
        let mut best = (0u128, 127);
        for (count, grey) in histogram.iter().zip(0u8..=255) {
            dark += count;
            dark_sum += count * u64::from(grey);
            let bright = pixels - dark;
            if dark == 0 || bright == 0 {
                continue;
            }
            // dark * bright * (difference of the means)^2, without a division that would round.
            let difference = u128::from((total - dark_sum) * dark).abs_diff(u128::from(dark_sum * bright));
            let variance = difference * difference / (u128::from(dark) * u128::from(bright));
            if variance > best.0 {
                best = (variance, grey);
            }
        }
        best.1
    }

    /// The picture at half its size: each pixel the mean of four.
    pub(super) fn halved(&self) -> Self {
        let (width, height) = (self.width / 2, self.height / 2);
        let mut grey = Vec::with_capacity(width * height);
        for y in 0..height {
            for x in 0..width {
                let at = |dx, dy| u16::from(self.grey(2 * x + dx, 2 * y + dy));
                let mean = (at(0, 0) + at(1, 0) + at(0, 1) + at(1, 1)) / 4;
                grey.push(u8::try_from(mean).unwrap_or(255));
            }
        }
        Self { width, height, grey }
    }
}

fn check_size(width: u32, height: u32) -> Result<(), QrError> {
    let pixels = u64::from(width) * u64::from(height);
    if pixels == 0 {
        return Err(QrError::Damaged);
    }
    if width > MAX_SIDE || height > MAX_SIDE || pixels > MAX_PIXELS {
        return Err(QrError::TooLarge);
    }
    Ok(())
}

/// The mean of the colours, over white where it is transparent.
fn grey_of(pixel: &[u8], alpha: bool) -> u8 {
    let (colours, opacity) = match pixel {
        [colours @ .., opacity] if alpha => (colours, u32::from(*opacity)),
        colours => (colours, 255),
    };
    let sum: u32 = colours.iter().map(|value| u32::from(*value)).sum();
    let count = u32::try_from(colours.len()).unwrap_or(1).max(1);
    let over_white = (sum / count * opacity + 255 * (255 - opacity)) / 255;
    u8::try_from(over_white).unwrap_or(255)
}
