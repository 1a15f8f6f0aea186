//! A small JPEG 2000 encoder (ISO/IEC 15444-1): one grey component of 8 bits.
//!
//! It writes what the public test card has: one tile, the reversible 5/3 wavelet with five levels, code blocks
//! of 64×64, two guard bits, one quality layer in one precinct for each resolution. Clauses and annexes named in
//! this module are those of ISO/IEC 15444-1 (ITU-T T.800). It decodes nothing: reading a card's photo is
//! reading foreign bytes, and not a matter of this crate.

mod block;
mod mq;
mod packet;
mod rate;
mod wavelet;

use super::Error;
use super::grid::Grid;
use block::Block;
use packet::Packet;
use wavelet::{LEVELS, Subband};

/// Logarithm of the side of a code block.
const BLOCK_EXPONENT: u8 = 6;
const BLOCK_SIDE: usize = 1 << BLOCK_EXPONENT;
/// Guard bits (Annex E.1).
const GUARD_BITS: u8 = 2;
/// Bits of a sample.
const DEPTH: u8 = 8;

/// A budget that nothing exceeds: coding without loss.
#[cfg(test)]
pub(super) const LOSSLESS: usize = usize::MAX;

/// The image as a JP2 file, its code blocks together in at most `budget` bytes. The other parts of the file take
/// some 200 bytes and as many again for each 100 code blocks. The comment stands in the main header.
pub(super) fn encode(image: &Grid<u8>, budget: usize, comment: &str) -> Result<Vec<u8>, Error> {
    let (width, height) = size(image)?;
    let mut header = Vec::new();
    // ihdr (Annex I.5.3.1): height, width, 1 component, bits less one, compression 7, no unknowns, no rights.
    let size = [height.to_be_bytes(), width.to_be_bytes()].concat();
    push_box(&mut header, b"ihdr", &[&size, &[0, 1, DEPTH - 1, 7, 0, 0][..]].concat())?;
    // colr (Annex I.5.3.3): enumerated colour space 17, grey.
    push_box(&mut header, b"colr", &[1, 0, 0, 0, 0, 0, 17])?;

    let mut file = Vec::new();
    push_box(&mut file, b"jP  ", b"\r\n\x87\n")?;
    push_box(&mut file, b"ftyp", b"jp2 \0\0\0\0jp2 ")?;
    push_box(&mut file, b"jp2h", &header)?;
    push_box(&mut file, b"jp2c", &codestream(image, budget, comment)?)?;
    Ok(file)
}

fn size(image: &Grid<u8>) -> Result<(u32, u32), Error> {
    let width = u32::try_from(image.width()).map_err(|_| Error::TooLarge)?;
    let height = u32::try_from(image.height()).map_err(|_| Error::TooLarge)?;
    Ok((width, height))
}

/// A box: length, type, contents (Annex I.4).
fn push_box(file: &mut Vec<u8>, kind: &[u8; 4], contents: &[u8]) -> Result<(), Error> {
    let length = u32::try_from(contents.len() + 8).map_err(|_| Error::TooLarge)?;
    file.extend_from_slice(&length.to_be_bytes());
    file.extend_from_slice(kind);
    file.extend_from_slice(contents);
    Ok(())
}

/// A marker segment: marker, length of what follows the marker, contents (Annex A.1.3).
fn push_segment(stream: &mut Vec<u8>, marker: u8, contents: &[u8]) -> Result<(), Error> {
    let length = u16::try_from(contents.len() + 2).map_err(|_| Error::TooLarge)?;
    stream.extend_from_slice(&[0xFF, marker]);
    stream.extend_from_slice(&length.to_be_bytes());
    stream.extend_from_slice(contents);
    Ok(())
}

/// The codestream (Annex A): main header, one tile part, end.
fn codestream(image: &Grid<u8>, budget: usize, comment: &str) -> Result<Vec<u8>, Error> {
    let (width, height) = size(image)?;
    let size = [width.to_be_bytes(), height.to_be_bytes()].concat();
    let mut stream = vec![0xFF, 0x4F];
    // SIZ: no extensions; image and tile of the same size at the origin; one unsigned component, not subsampled.
    let siz: [&[u8]; 6] = [&[0, 0], &size, &[0; 8], &size, &[0; 8], &[0, 1, DEPTH - 1, 1, 1]];
    push_segment(&mut stream, 0x51, &siz.concat())?;
    // COD: whole precincts, LRCP, 1 layer, no component transform; levels, block size, plain coding, 5/3.
    let cod = [0, 0, 0, 1, 0, LEVELS, BLOCK_EXPONENT - 2, BLOCK_EXPONENT - 2, 0, 1];
    push_segment(&mut stream, 0x52, &cod)?;
    // QCD: no quantisation; the exponent of each subband, lowest resolution first.
    let gains = core::iter::once(0).chain((0..LEVELS).flat_map(|_| [1, 1, 2]));
    let exponents = gains.map(|gain| (DEPTH + gain) << 3);
    push_segment(&mut stream, 0x5C, &core::iter::once(GUARD_BITS << 5).chain(exponents).collect::<Vec<_>>())?;
    push_segment(&mut stream, 0x64, &[&[0, 1], comment.as_bytes()].concat())?;

    let packets = tile(image, budget)?;
    // SOT: tile 0, length from the marker to the end of the data, part 0 of 1. Then SOD.
    let length = u32::try_from(packets.len() + 14).map_err(|_| Error::TooLarge)?;
    push_segment(&mut stream, 0x90, &[&[0, 0], &length.to_be_bytes()[..], &[0, 1]].concat())?;
    stream.extend_from_slice(&[0xFF, 0x93]);
    stream.extend_from_slice(&packets);
    stream.extend_from_slice(&[0xFF, 0xD9]);
    Ok(stream)
}

/// The packets of the only tile, one for each resolution.
fn tile(image: &Grid<u8>, budget: usize) -> Result<Vec<u8>, Error> {
    // Level shift: samples become signed (Annex G.1).
    let samples = image.map(|sample| i32::from(sample) - (1 << (DEPTH - 1)));
    let resolutions = wavelet::decompose(samples);
    let mut blocks: Vec<Vec<Vec<Block>>> =
        resolutions.iter().map(|subbands| subbands.iter().map(code_blocks).collect()).collect();
    rate::cut(blocks.iter_mut().flatten().flatten().collect(), budget);

    let mut packets = Vec::new();
    for (subbands, blocks) in resolutions.iter().zip(&blocks) {
        let mut packet = Packet::new();
        for (subband, blocks) in subbands.iter().zip(blocks) {
            packet.push_subband(subband.coefficients.width().div_ceil(BLOCK_SIDE), blocks)?;
        }
        packet.finish(&mut packets);
    }
    Ok(packets)
}

/// The subband's code blocks, in rows from the top.
fn code_blocks(subband: &Subband) -> Vec<Block> {
    let (width, height) = (subband.coefficients.width(), subband.coefficients.height());
    let mut blocks = Vec::new();
    for top in (0..height).step_by(BLOCK_SIDE) {
        for left in (0..width).step_by(BLOCK_SIDE) {
            let (wide, high) = (BLOCK_SIDE.min(width - left), BLOCK_SIDE.min(height - top));
            let part = subband.coefficients.part(left, top, wide, high);
            blocks.push(Block::new(part, subband.orientation, subband.weight));
        }
    }
    blocks
}

#[cfg(test)]
#[path = "jpeg2000_tests.rs"]
mod tests;
