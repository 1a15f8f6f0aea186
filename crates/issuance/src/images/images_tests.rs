use std::collections::HashSet;

use super::*;
use crate::images::grid::Grid;

struct Decoded {
    width: u32,
    height: u32,
    /// `true` is black.
    bits: Vec<bool>,
}

fn decode(file: &[u8]) -> Decoded {
    let mut reader = ::png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
    let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut bytes).unwrap();
    assert_eq!((info.color_type, info.bit_depth), (::png::ColorType::Grayscale, ::png::BitDepth::One));
    let width = usize::try_from(info.width).unwrap();
    let bits_of = |row: &[u8]| -> Vec<bool> {
        row.iter().flat_map(|byte| (0..8).map(move |n| byte << n & 0x80 == 0)).take(width).collect()
    };
    let bits = bytes[..info.buffer_size()].chunks(info.line_size).flat_map(bits_of).collect();
    Decoded { width: info.width, height: info.height, bits }
}

/// A drawing of the image with `#` for black, without the blank on the right of each row.
fn picture(text: &str) -> Vec<String> {
    let image = decode(&super::text(text).unwrap());
    let rows = image.bits.chunks(usize::try_from(image.width).unwrap());
    rows.map(|row| row.iter().map(|&black| if black { '#' } else { '.' }).collect()).collect()
}

fn black_pixels(file: &[u8]) -> usize {
    decode(file).bits.iter().filter(|&&black| black).count()
}

const BOX: [&str; 12] = [
    "###########.",
    "#.........#.",
    "#.........#.",
    "#.........#.",
    "#.........#.",
    "#.........#.",
    "#.........#.",
    "#.........#.",
    "#.........#.",
    "#.........#.",
    "###########.",
    "............",
];

#[test]
fn fields_have_the_sizes_of_the_card() {
    for (kind, text, width) in [
        (Field::Name, "見本　太郎", 216),
        (Field::Address, "東京都見本区試験町１－２－３", 288),
        (Field::IndividualNumber, "123456789018", 72),
        (Field::SecurityCode, "2285", 24),
    ] {
        let image = decode(&field(kind, text).unwrap());
        assert_eq!((image.width, image.height), (width, 12), "{kind:?}");
        assert!(image.bits.contains(&true), "{kind:?} is blank");
    }
}

#[test]
fn a_text_longer_than_its_field_makes_a_wider_image() {
    let name = "あ".repeat(19);
    assert_eq!(decode(&field(Field::Name, &name).unwrap()).width, 19 * 12);
    assert_eq!(field(Field::Name, &name).unwrap(), text(&name).unwrap());
}

#[test]
fn a_text_alone_is_as_wide_as_its_characters() {
    assert_eq!(decode(&text("見本TEST").unwrap()).width, 2 * 12 + 4 * 6);
}

#[test]
fn a_letter_is_drawn_as_the_face_has_it() {
    let expected = ["......", "...##.", "..#..#", "..#..#", "..#..#", "..#..#", "..#..#", "...##.", "......"];
    assert_eq!(picture("0")[2..11], expected);
}

#[test]
fn kanji_fill_the_height_of_the_image() {
    let rows = picture("桐東関");
    assert!(rows[0].contains('#') && rows[11].contains('#'));
}

#[test]
fn no_two_of_these_characters_look_the_same() {
    let characters = "黒桐幹也山田太郎花子東京都千代区霞関丁目番号見本試験渡邊齋藤辺あいうえおアイウエオ０１２３４５６７８９ＡＢＣ";
    let pictures: HashSet<_> = characters.chars().map(|character| picture(&character.to_string())).collect();
    assert_eq!(pictures.len(), characters.chars().count());
    assert!(!pictures.contains(&BOX.map(str::to_owned)[..]), "a character is missing from both faces");
}

#[test]
fn a_character_that_no_face_has_is_a_box() {
    for character in ["髙", "﨑", "\u{2A6D6}", "\u{20BB7}"] {
        assert_eq!(picture(character), BOX, "{character}");
    }
}

#[test]
fn a_variation_selector_takes_no_room() {
    assert_eq!(text("辺\u{E0100}").unwrap(), text("辺").unwrap());
}

#[test]
fn spaces_are_blank_and_take_their_room() {
    assert_eq!(decode(&text("\u{3000} ").unwrap()).width, 18);
    assert_eq!(black_pixels(&text("\u{3000} ").unwrap()), 0);
}

#[test]
fn an_empty_text_is_a_blank_image() {
    let image = decode(&text("").unwrap());
    assert_eq!((image.width, image.height), (6, 12));
    assert!(!image.bits.contains(&true));
    assert_eq!(decode(&field(Field::Address, "").unwrap()).width, 288);
}

#[test]
fn a_text_up_to_the_limit_fits_and_one_beyond_is_refused() {
    let longest = "鬱".repeat(256);
    let file = text(&longest).unwrap();
    assert!(file.len() < 5_000, "{} bytes", file.len());
    assert_eq!(decode(&file).width, 3_072);
    let error = text(&(longest + "1")).unwrap_err();
    assert!(matches!(error, Error::TooLong { width: 3_078 }), "{error:?}");
}

#[test]
fn a_text_of_megabytes_is_refused_at_once() {
    assert!(matches!(text(&"本".repeat(10_000_000)), Err(Error::TooLong { width: 3_084 })));
}

#[test]
fn control_characters_are_refused_with_their_place() {
    for control in ['\n', '\0', '\u{1B}', '\u{7F}', '\u{85}'] {
        let error = text(&format!("見本{control}太郎")).unwrap_err();
        assert!(matches!(error, Error::ControlCharacter { position: 2 }), "{error:?}");
        assert!(!error.to_string().contains('見'));
    }
}

#[test]
fn characters_of_every_script_can_be_drawn() {
    for character in ('\u{20}'..='\u{2FFFF}').step_by(61).filter(|character| !character.is_control()) {
        assert!(text(&character.to_string()).is_ok(), "{character:?}");
    }
}

fn decode_portrait(file: &[u8]) -> Grid<u8> {
    let image = hayro_jpeg2000::Image::new(file, &hayro_jpeg2000::DecodeSettings::default()).unwrap();
    let mut context = hayro_jpeg2000::DecoderContext::default();
    let samples = image.decode(&mut context).unwrap().data_u8();
    Grid::from_cells(usize::try_from(image.width()).unwrap(), samples)
}

/// Peak signal-to-noise ratio in decibels.
fn likeness(one: &Grid<u8>, other: &Grid<u8>) -> f64 {
    let squares = one.cells().iter().zip(other.cells()).map(|(&a, &b)| f64::from(a.abs_diff(b)).powi(2));
    10.0 * (255.0 * 255.0 * 378.0 * 472.0 / squares.sum::<f64>()).log10()
}

#[test]
fn a_portrait_has_the_size_of_the_card_and_looks_as_drawn() {
    for seed in 0..24 {
        let portrait = Portrait { seed: seed * 0x0100_0193 };
        let file = super::portrait(&portrait).unwrap();
        assert!((2_000..4_096).contains(&file.len()), "seed {seed}: {} bytes", file.len());
        let decoded = decode_portrait(&file);
        assert_eq!((decoded.width(), decoded.height()), (378, 472));
        let likeness = likeness(&decoded, &portrait.draw());
        assert!(likeness > 30.0, "seed {seed}: {likeness:.1} dB");
    }
}

#[test]
fn the_same_seed_gives_the_same_file_and_others_give_others() {
    let files: HashSet<_> = (0..12).map(|seed| portrait(&Portrait { seed }).unwrap()).collect();
    assert_eq!(files.len(), 12);
    assert!(files.contains(&portrait(&Portrait { seed: 7 }).unwrap()));
}

#[test]
fn a_portrait_bears_the_specimen_mark() {
    let (one, other) = (Portrait { seed: 1 }.draw(), Portrait { seed: 2 }.draw());
    let band = |canvas: &Grid<u8>| canvas.part(0, 380, 378, 78).cells().to_vec();
    assert_eq!(band(&one), band(&other));
    let white = band(&one).iter().filter(|&&shade| shade == 255).count();
    assert_eq!(white, 36 * black_pixels(&text("見本 TEST").unwrap()));
}
