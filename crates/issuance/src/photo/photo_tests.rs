use super::{
    AgeError, Answer, Digital, Exception, Kind, MAX_BYTES, MIN_BYTES, Paper, PhotoError, Question, check_age,
    judge,
};
use jpeg_encoder::{ColorType, Encoder};
use mynumber_applet::Date;

fn date(text: &str) -> Date {
    Date::parse(text.as_bytes()).unwrap()
}

fn check(file: &[u8]) -> Result<Digital, PhotoError> {
    Digital::check(file, date("20261101"), date("20261122"))
}

/// A picture of noise: a quality of 60 makes about 0.4 bytes of a pixel.
fn jpeg(width: u16, height: u16, color: ColorType, progressive: bool) -> Vec<u8> {
    let components = match color {
        ColorType::Luma => 1,
        ColorType::Rgb => 3,
        _ => 4,
    };
    let mut state = 1u32;
    let pixels: Vec<u8> = (0..usize::from(width) * usize::from(height) * components)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        })
        .collect();
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, 60);
    encoder.set_progressive(progressive);
    encoder.encode(&pixels, width, height, color).unwrap();
    file
}

fn portrait() -> Vec<u8> {
    jpeg(480, 620, ColorType::Rgb, false)
}

/// The file with comments put in until it is so long.
fn stretched(mut file: Vec<u8>, length: usize) -> Vec<u8> {
    while file.len() < length {
        let content = (length - file.len()).saturating_sub(4).min(60_000);
        let mut comment = vec![0xFF, 0xFE];
        comment.extend(u16::try_from(content + 2).unwrap().to_be_bytes());
        comment.extend(vec![0; content]);
        file.splice(2..2, comment);
    }
    file
}

/// A picture with little in it, so that the file is short.
fn flat(width: u16, height: u16) -> Vec<u8> {
    let pixels = vec![0x80; usize::from(width) * usize::from(height) * 3];
    let mut file = Vec::new();
    Encoder::new(&mut file, 50).encode(&pixels, width, height, ColorType::Rgb).unwrap();
    file
}

/// The header's sides replaced: what a decompression bomb does.
fn with_sides(mut file: Vec<u8>, width: u16, height: u16) -> Vec<u8> {
    let frame = file.windows(2).position(|pair| matches!(pair, [0xFF, 0xC0..=0xC2])).unwrap();
    file[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
    file[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
    file
}

#[test]
fn a_digital_photo_in_colour_within_the_limits_is_accepted() {
    for progressive in [false, true] {
        let file = jpeg(480, 620, ColorType::Rgb, progressive);
        let photo = check(&file).unwrap();
        assert_eq!((photo.width(), photo.height(), photo.bytes()), (480, 620, file.len()));
        assert_eq!(photo.is_progressive(), progressive);
    }
    assert_ne!(
        check(&portrait()).unwrap().sha256(),
        check(&jpeg(480, 621, ColorType::Rgb, false)).unwrap().sha256()
    );
}

#[test]
fn a_digital_photo_has_20_kb_to_7_mb_to_the_byte() {
    let small = flat(480, 480);
    assert!(small.len() < MIN_BYTES - 4);
    assert!(check(&stretched(small.clone(), MIN_BYTES)).is_ok());
    let short = stretched(small, MIN_BYTES - 1);
    assert_eq!(check(&short), Err(PhotoError::TooShort { bytes: MIN_BYTES - 1 }));
    assert!(check(&stretched(portrait(), MAX_BYTES)).is_ok());
    let long = stretched(portrait(), MAX_BYTES + 1);
    assert_eq!(check(&long), Err(PhotoError::TooLong { bytes: MAX_BYTES + 1 }));
}

#[test]
fn a_digital_photo_has_480_to_6000_pixels_each_side() {
    for (width, height, fits) in
        [(480, 480, true), (479, 480, false), (480, 479, false), (480, 6000, true), (6000, 480, true)]
    {
        let found = check(&stretched(flat(width, height), MIN_BYTES));
        assert_eq!(found.is_ok(), fits, "{width} x {height}");
        if !fits {
            assert_eq!(found, Err(PhotoError::Side { width, height }));
        }
    }
    for (width, height) in [(6001, 480), (480, 6001)] {
        let found = check(&stretched(flat(width, height), MIN_BYTES));
        assert_eq!(found, Err(PhotoError::Side { width, height }));
    }
}

#[test]
fn a_digital_photo_is_rgb_and_neither_cmyk_nor_grey() {
    assert_eq!(check(&jpeg(480, 620, ColorType::Luma, false)), Err(PhotoError::Grey));
    assert_eq!(check(&jpeg(480, 620, ColorType::Cmyk, false)), Err(PhotoError::Cmyk));
    assert_eq!(check(&jpeg(480, 620, ColorType::CmykAsYcck, false)), Err(PhotoError::Cmyk));
}

#[test]
fn a_photo_is_taken_within_six_months() {
    let today = date("20261122");
    for (taken, found) in [
        ("20261122", Ok(())),
        ("20260522", Ok(())),
        ("20260521", Err(AgeError::TooOld)),
        ("20261123", Err(AgeError::Ahead)),
    ] {
        assert_eq!(check_age(date(taken), today), found, "{taken}");
    }
    let old = Digital::check(&portrait(), date("20200101"), today);
    assert_eq!(old, Err(PhotoError::Age(AgeError::TooOld)));
}

#[test]
fn a_photo_on_paper_is_45_by_35_millimetres() {
    let (taken, today) = (date("20261101"), date("20261122"));
    assert!(Paper::check(450, 350, taken, today).is_ok());
    assert!(Paper::check(440, 360, taken, today).is_ok());
    for (height, width) in [(350, 450), (439, 350), (450, 361), (400, 300)] {
        assert_eq!(Paper::check(height, width, taken, today), Err(PhotoError::PaperSize { height, width }));
    }
    assert!(Paper::check(450, 350, date("20260101"), today).is_err());
}

#[test]
fn photos_that_are_something_else_are_told_what_they_are() {
    let long = |start: &[u8]| [start, &vec![0; MIN_BYTES]].concat();
    for (file, kind) in [
        (long(b"\x89PNG\r\n\x1a\n"), Kind::Png),
        (long(b"GIF89a"), Kind::Gif),
        (long(b"BM"), Kind::Bmp),
        (long(b"RIFF\0\0\0\0WEBP"), Kind::WebP),
        (long(b"\0\0\0\x18ftypheic"), Kind::Heif),
        (long(b"\0\0\0\x0CjP  "), Kind::Jpeg2000),
        (long(b"%PDF-1.7"), Kind::Pdf),
        (long(b"hello"), Kind::Unknown),
        (Vec::new(), Kind::Unknown),
        (b"GIF89a".to_vec(), Kind::Gif),
    ] {
        assert_eq!(check(&file), Err(PhotoError::NotJpeg { looks_like: kind }));
    }
}

#[test]
fn a_decompression_bomb_is_refused_by_its_header() {
    for (width, height) in [(60_000, 60_000), (65_535, 480), (1, 1), (0, 0), (480, 0)] {
        let bomb = with_sides(portrait(), width, height);
        assert_eq!(check(&bomb), Err(PhotoError::Side { width, height }));
    }
    // Within the limits, but the picture is not there: 6000 x 6000 of a file made for 480 x 620.
    assert_eq!(check(&with_sides(portrait(), 6000, 6000)), Err(PhotoError::Truncated));
}

#[test]
fn a_truncated_photo_is_refused_with_or_without_a_forged_end() {
    for progressive in [false, true] {
        let whole = jpeg(480, 620, ColorType::Rgb, progressive);
        for cut in [1, 2, 3, 10, 100, 1000, whole.len() / 3, whole.len() / 2] {
            let mut file = whole[..whole.len() - cut].to_vec();
            let found = check(&file).unwrap_err();
            assert_eq!(found, PhotoError::Truncated, "{cut} bytes cut");
            if cut < 10 {
                continue;
            }
            if file.last() == Some(&0xFF) {
                file.pop();
            }
            file.extend([0xFF, 0xD9]);
            let found = check(&file).unwrap_err();
            assert_eq!(
                found,
                PhotoError::Truncated,
                "{cut} bytes cut, end forged, progressive: {progressive}"
            );
        }
    }
}

#[test]
fn a_photo_without_end_passes_is_refused_before_it_is_decoded() {
    let mut file = portrait();
    let scan = file.windows(2).position(|pair| pair == [0xFF, 0xDA]).unwrap();
    let end = file.split_off(file.len() - 2);
    let head = file[scan..scan + 14].to_vec();
    for _ in 0..40 {
        file.extend(&head);
    }
    file.extend(end);
    assert_eq!(check(&file), Err(PhotoError::Scans));
}

#[test]
fn bytes_after_the_end_do_not_matter_and_rare_codings_are_refused() {
    let mut file = portrait();
    file.extend([0; 1000]);
    assert!(check(&file).is_ok());
    let mut arithmetic = portrait();
    let frame = arithmetic.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
    for code in [0xC3, 0xC5, 0xC9, 0xCF] {
        arithmetic[frame + 1] = code;
        assert_eq!(check(&arithmetic), Err(PhotoError::Coding));
    }
}

#[test]
fn every_changed_byte_of_the_header_is_accepted_or_refused_without_panic() {
    // Comments behind the header, so that little has to be decoded and all of the header is met.
    let mut file = flat(480, 480);
    let scan = file.windows(2).position(|pair| pair == [0xFF, 0xDA]).unwrap();
    file.extend(vec![0; MIN_BYTES]);
    let mut accepted = 0;
    for position in 0..scan + 16 {
        for flip in [0x01, 0x80, 0xFF] {
            let mut file = file.clone();
            file[position] ^= flip;
            accepted += usize::from(check(&file).is_ok());
        }
    }
    assert!(accepted < (scan + 16) * 3);
}

#[test]
fn the_clerk_answers_every_question_and_exceptions_are_grounds_on_record() {
    let yes = Question::ALL.map(|question| (question, Answer::Yes));
    assert_eq!(judge(&yes).unwrap().exceptions(), []);

    let mut veil = yes;
    veil[2].1 = Answer::Excused(Exception::Religious);
    assert_eq!(judge(&veil).unwrap().exceptions(), [(Question::NoHat, Exception::Religious)]);

    let mut eyes = yes;
    eyes[4].1 = Answer::Excused(Exception::Religious);
    assert_eq!(judge(&eyes).unwrap_err().no, [Question::EyesVisible]);

    let mut hat = yes;
    hat[2].1 = Answer::No;
    let error = judge(&hat).unwrap_err();
    assert_eq!(error.to_string(), "the photo is not fit: no-hat");

    assert_eq!(judge(&yes[1..]).unwrap_err().open, [Question::Front]);
    let twice = [yes.as_slice(), &[(Question::NoHat, Answer::No)]].concat();
    assert_eq!(judge(&twice).unwrap_err().open, [Question::NoHat]);
}
