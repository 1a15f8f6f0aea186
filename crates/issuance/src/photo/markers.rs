//! The markers of a JPEG (ITU-T T.81 annex B), read without decoding anything.

use super::PhotoError;

/// Passes over a picture. Programs write up to a dozen; each costs a walk over all coefficients, however short it is.
const MOST_SCANS: usize = 32;

/// What the markers say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) width: u16,
    pub(crate) height: u16,
    pub(crate) components: u8,
    /// Where the end marker stands. What follows it is nobody's: telephones put films there.
    pub(crate) end: usize,
}

impl Header {
    /// Walks over the markers from the first to the end of the image.
    pub(crate) fn read(file: &[u8]) -> Result<Self, PhotoError> {
        let mut reader = Reader { file, at: 2 };
        let mut frame = None;
        let mut scans = 0;
        loop {
            match reader.marker()? {
                // End of image.
                0xD9 => {
                    let (width, height, components) = frame.ok_or(PhotoError::Damaged)?;
                    if scans == 0 {
                        return Err(PhotoError::Truncated);
                    }
                    return Ok(Self { width, height, components, end: reader.at - 2 });
                }
                // Start of scan: a segment, then the coded picture.
                0xDA => {
                    scans += 1;
                    if frame.is_none() {
                        return Err(PhotoError::Damaged);
                    }
                    if scans > MOST_SCANS {
                        return Err(PhotoError::Scans);
                    }
                    reader.segment()?;
                    reader.skip_scan()?;
                }
                // Start of frame: baseline, extended sequential, progressive; all with Huffman codes.
                0xC0..=0xC2 => {
                    let read = start_of_frame(reader.segment()?)?;
                    if frame.replace(read).is_some() {
                        return Err(PhotoError::Damaged);
                    }
                }
                // Lossless, hierarchical, arithmetic.
                0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => return Err(PhotoError::Coding),
                // Tables, intervals, application data, comments.
                0xC4 | 0xDB | 0xDD | 0xE0..=0xEF | 0xFE => {
                    reader.segment()?;
                }
                _ => return Err(PhotoError::Damaged),
            }
        }
    }
}

fn start_of_frame(segment: &[u8]) -> Result<(u16, u16, u8), PhotoError> {
    let [precision, y0, y1, x0, x1, components, ..] = *segment else {
        return Err(PhotoError::Damaged);
    };
    if precision != 8 {
        return Err(PhotoError::Coding);
    }
    Ok((u16::from_be_bytes([x0, x1]), u16::from_be_bytes([y0, y1]), components))
}

struct Reader<'a> {
    file: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn byte(&mut self) -> Result<u8, PhotoError> {
        let byte = *self.file.get(self.at).ok_or(PhotoError::Truncated)?;
        self.at += 1;
        Ok(byte)
    }

    /// The code of the next marker, which stands right here; fill bytes may come before it.
    fn marker(&mut self) -> Result<u8, PhotoError> {
        if self.byte()? != 0xFF {
            return Err(PhotoError::Damaged);
        }
        loop {
            match self.byte()? {
                0xFF => {}
                0x00 => return Err(PhotoError::Damaged),
                code => return Ok(code),
            }
        }
    }

    /// The content of a segment.
    fn segment(&mut self) -> Result<&'a [u8], PhotoError> {
        let length = usize::from(u16::from_be_bytes([self.byte()?, self.byte()?]));
        let length = length.checked_sub(2).ok_or(PhotoError::Damaged)?;
        let rest = self.file.get(self.at..).ok_or(PhotoError::Truncated)?;
        let content = rest.get(..length).ok_or(PhotoError::Truncated)?;
        self.at += length;
        Ok(content)
    }

    /// Goes over the coded picture, to the next marker that is none of its own.
    fn skip_scan(&mut self) -> Result<(), PhotoError> {
        let rest = self.file.get(self.at..).ok_or(PhotoError::Truncated)?;
        let found = rest.windows(2).position(|pair| {
            // Stuffing, fill and restart markers belong to the picture.
            matches!(pair, [0xFF, code] if !matches!(code, 0x00 | 0xFF | 0xD0..=0xD7))
        });
        self.at += found.ok_or(PhotoError::Truncated)?;
        Ok(())
    }
}
