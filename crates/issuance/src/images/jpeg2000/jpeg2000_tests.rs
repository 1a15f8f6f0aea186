use hayro_jpeg2000::{ColorSpace, DecodeSettings, DecoderContext, Image};

use super::*;

/// Decodes with a library that shares no code with the encoder, and refuses what it would otherwise repair.
fn decode(file: &[u8]) -> Grid<u8> {
    let settings = DecodeSettings { strict: true, ..DecodeSettings::default() };
    let image = Image::new(file, &settings).unwrap();
    assert_eq!((image.original_bit_depth(), image.has_alpha()), (8, false));
    assert!(matches!(image.color_space(), ColorSpace::Gray));
    let mut context = DecoderContext::default();
    let samples = image.decode(&mut context).unwrap().data_u8();
    Grid::from_cells(usize::try_from(image.width()).unwrap(), samples)
}

fn assert_round_trip(image: &Grid<u8>) {
    let decoded = decode(&encode(image, LOSSLESS, "test").unwrap());
    assert_eq!((decoded.width(), decoded.height()), (image.width(), image.height()));
    assert!(decoded.cells() == image.cells(), "{}x{} changed", image.width(), image.height());
}

fn made(width: usize, height: usize, shade: impl Fn(usize, usize) -> usize) -> Grid<u8> {
    let cells =
        (0..width * height).map(|n| u8::try_from(shade(n % width, n / width) % 256).unwrap()).collect();
    Grid::from_cells(width, cells)
}

/// A shade that looks random: the hardest picture there is.
fn noise(x: usize, y: usize) -> usize {
    let mut mixed = (x * 7919 + y * 104_729 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed ^= mixed >> 29;
    mixed.wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 40
}

#[test]
fn every_small_size_comes_back_unchanged() {
    for width in 1..=12 {
        for height in 1..=12 {
            assert_round_trip(&made(width, height, noise));
        }
    }
}

#[test]
fn sizes_around_the_code_block_come_back_unchanged() {
    for (width, height) in [(63, 65), (64, 64), (65, 129), (128, 127), (130, 3), (2, 200), (257, 255)] {
        assert_round_trip(&made(width, height, noise));
    }
}

#[test]
fn pictures_of_every_kind_come_back_unchanged() {
    assert_round_trip(&made(200, 150, |_, _| 0));
    assert_round_trip(&made(200, 150, |_, _| 128));
    assert_round_trip(&made(200, 150, |_, _| 255));
    assert_round_trip(&made(200, 150, |x, y| x + y));
    assert_round_trip(&made(200, 150, |x, y| (x + y) % 2 * 255));
    assert_round_trip(&made(200, 150, |x, _| x % 2 * 255));
    assert_round_trip(&made(200, 150, |_, y| y / 40 % 2 * 255));
    // Half empty: code blocks that are in no packet beside ones that are.
    assert_round_trip(&made(400, 300, |x, y| if x < 200 { 128 } else { noise(x, y) }));
    assert_round_trip(&made(400, 300, |x, y| usize::from(x == 311 && y == 17) * 90 + 128));
}

#[test]
fn the_picture_of_a_card_comes_back_unchanged_even_as_noise() {
    assert_round_trip(&made(378, 472, noise));
}

#[test]
fn the_file_begins_as_the_standard_says() {
    let file = encode(&made(378, 472, |x, _| x), LOSSLESS, "specimen").unwrap();
    assert_eq!(file[..12], [0, 0, 0, 12, b'j', b'P', b' ', b' ', 0x0D, 0x0A, 0x87, 0x0A]);
    assert_eq!(file[12..32], *b"\0\0\0\x14ftypjp2 \0\0\0\0jp2 ");
    let box_length = usize::try_from(u32::from_be_bytes(file[77..81].try_into().unwrap())).unwrap();
    assert_eq!((&file[81..85], box_length), (&b"jp2c"[..], file.len() - 77));
    assert_eq!(file[85..89], [0xFF, 0x4F, 0xFF, 0x51]);
    assert_eq!(file[file.len() - 2..], [0xFF, 0xD9]);
}

#[test]
fn no_marker_appears_inside_the_coded_data() {
    let file = encode(&made(378, 472, noise), LOSSLESS, "").unwrap();
    let start = file.windows(2).position(|pair| pair == [0xFF, 0x93]).unwrap() + 2;
    let coded = &file[start..file.len() - 2];
    assert!(coded.windows(2).all(|pair| pair[0] != 0xFF || pair[1] < 0x90));
}

#[test]
fn a_budget_is_kept_and_a_smaller_one_gives_a_smaller_file_that_still_decodes() {
    let image = made(378, 472, |x, y| x * y / 64 + noise(x, y) % 16);
    let mut before = usize::MAX;
    for budget in [40_000, 10_000, 3_000, 500, 0] {
        let file = encode(&image, budget, "").unwrap();
        assert!(file.len() < budget + 500 && file.len() < before, "{} bytes for {budget}", file.len());
        assert_eq!(decode(&file).cells().len(), image.cells().len());
        before = file.len();
    }
}
