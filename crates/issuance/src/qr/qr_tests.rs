use super::{QrError, form_id, read_form_id, without_panic};
use crate::application::FormIdError;
use qrcodegen::{QrCode, QrCodeEcc};

const ID: &str = "99999000000000000000001";

/// A picture in grey that tests draw in.
#[derive(Clone)]
struct Canvas {
    width: usize,
    height: usize,
    grey: Vec<u8>,
}

impl Canvas {
    fn white(width: usize, height: usize) -> Self {
        Self { width, height, grey: vec![255; width * height] }
    }

    fn draw(&mut self, text: &str, left: usize, top: usize, scale: usize) {
        let code = QrCode::encode_text(text, QrCodeEcc::Medium).unwrap();
        let size = usize::try_from(code.size()).unwrap();
        for y in 0..size * scale {
            for x in 0..size * scale {
                let at = |value: usize| i32::try_from(value / scale).unwrap();
                if code.get_module(at(x), at(y)) {
                    self.grey[(top + y) * self.width + left + x] = 0;
                }
            }
        }
    }

    fn code(text: &str) -> Self {
        let mut canvas = Self::white(300, 300);
        canvas.draw(text, 60, 60, 6);
        canvas
    }

    /// Turned about the middle, by interpolation of four neighbours.
    #[expect(clippy::as_conversions, reason = "geometry of a test picture")]
    fn rotated(&self, degrees: f64) -> Self {
        let mut turned = Self::white(self.width, self.height);
        let (sin, cos) = degrees.to_radians().sin_cos();
        let middle = (self.width as f64 / 2.0, self.height as f64 / 2.0);
        for y in 0..self.height {
            for x in 0..self.width {
                let (dx, dy) = (x as f64 - middle.0, y as f64 - middle.1);
                let (sx, sy) = (cos * dx + sin * dy + middle.0, cos * dy - sin * dx + middle.1);
                let grey = |x: f64, y: f64| {
                    let inside =
                        x >= 0.0 && y >= 0.0 && (x as usize) < self.width && (y as usize) < self.height;
                    if inside { f64::from(self.grey[y as usize * self.width + x as usize]) } else { 255.0 }
                };
                let (fx, fy) = (sx - sx.floor(), sy - sy.floor());
                let (x0, y0) = (sx.floor(), sy.floor());
                let above = grey(x0, y0) * (1.0 - fx) + grey(x0 + 1.0, y0) * fx;
                let below = grey(x0, y0 + 1.0) * (1.0 - fx) + grey(x0 + 1.0, y0 + 1.0) * fx;
                turned.grey[y * self.width + x] = (above * (1.0 - fy) + below * fy) as u8;
            }
        }
        turned
    }

    /// Each pixel the mean of its surroundings.
    fn blurred(&self, radius: usize) -> Self {
        let mut blurred = self.clone();
        for y in 0..self.height {
            for x in 0..self.width {
                let (mut sum, mut count) = (0u32, 0u32);
                for y in y.saturating_sub(radius)..(y + radius + 1).min(self.height) {
                    for x in x.saturating_sub(radius)..(x + radius + 1).min(self.width) {
                        sum += u32::from(self.grey[y * self.width + x]);
                        count += 1;
                    }
                }
                blurred.grey[y * self.width + x] = u8::try_from(sum / count).unwrap();
            }
        }
        blurred
    }

    fn png(&self) -> Vec<u8> {
        let mut file = Vec::new();
        let side = |side: usize| u32::try_from(side).unwrap();
        let mut encoder = png::Encoder::new(&mut file, side(self.width), side(self.height));
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.write_header().unwrap().write_image_data(&self.grey).unwrap();
        file
    }

    fn jpeg(&self) -> Vec<u8> {
        let mut file = Vec::new();
        let side = |side: usize| u16::try_from(side).unwrap();
        let encoder = jpeg_encoder::Encoder::new(&mut file, 60);
        encoder
            .encode(&self.grey, side(self.width), side(self.height), jpeg_encoder::ColorType::Luma)
            .unwrap();
        file
    }
}

fn read(canvas: &Canvas) -> Result<String, QrError> {
    read_form_id(&canvas.png()).map(|id| id.as_str().to_owned())
}

#[test]
fn the_id_is_read_from_a_png_and_from_a_jpeg() {
    let canvas = Canvas::code(ID);
    assert_eq!(read(&canvas).as_deref(), Ok(ID));
    assert_eq!(read_form_id(&canvas.jpeg()).unwrap().as_str(), ID);
}

#[test]
fn a_code_turned_any_way_is_read() {
    let canvas = Canvas::code(ID);
    for degrees in [5.0, 17.0, 45.0, 90.0, 133.0, 180.0, 270.0, 341.0] {
        assert_eq!(read(&canvas.rotated(degrees)).as_deref(), Ok(ID), "{degrees} degrees");
    }
}

#[test]
fn a_blurred_code_is_read_or_refused_and_never_misread() {
    let canvas = Canvas::code(ID);
    assert_eq!(read(&canvas.blurred(1)).as_deref(), Ok(ID));
    let mut refused = 0;
    for radius in 2..12 {
        match read(&canvas.blurred(radius)) {
            Ok(id) => assert_eq!(id, ID),
            Err(error) => {
                assert!(matches!(error, QrError::NoCode | QrError::Unreadable), "{error:?}");
                refused += 1;
            }
        }
    }
    assert!(refused > 0, "a radius of eleven pixels leaves nothing of modules of six");
}

#[test]
fn a_code_with_other_content_is_no_application_form_id() {
    for (content, error) in [
        (&ID[1..], FormIdError::Length { digits: 22 }),
        ("https://example.invalid/99999000000000000000001", FormIdError::NotADigit { position: 0 }),
        ("999990000000000000000012", FormIdError::Length { digits: 24 }),
        ("９", FormIdError::FullWidth { position: 0 }),
    ] {
        assert_eq!(read(&Canvas::code(content)), Err(QrError::OtherContent(Some(error))), "{content}");
    }
}

#[test]
fn several_codes_are_refused_even_when_they_say_the_same() {
    for other in ["99999000000000000000002", ID] {
        let mut canvas = Canvas::white(600, 300);
        canvas.draw(ID, 60, 60, 6);
        canvas.draw(other, 360, 60, 6);
        assert_eq!(read(&canvas), Err(QrError::Several { codes: 2 }));
    }
}

#[test]
fn a_picture_without_a_code_and_a_code_half_covered_are_refused() {
    assert_eq!(read(&Canvas::white(200, 200)), Err(QrError::NoCode));
    assert_eq!(read(&Canvas::white(1, 1)), Err(QrError::NoCode));
    let mut covered = Canvas::code(ID);
    for y in 60 + 7 * 6..60 + 14 * 6 {
        for x in 60 + 7 * 6..60 + 14 * 6 {
            covered.grey[y * 300 + x] = 255;
        }
    }
    let error = read(&covered).unwrap_err();
    assert!(matches!(error, QrError::Unreadable | QrError::NoCode), "{error:?}");
}

#[test]
fn what_is_no_picture_or_a_damaged_one_is_refused() {
    let png = Canvas::code(ID).png();
    let jpeg = Canvas::code(ID).jpeg();
    assert_eq!(read_form_id(b"").unwrap_err(), QrError::NotAnImage);
    assert_eq!(read_form_id(b"GIF89a").unwrap_err(), QrError::NotAnImage);
    for file in [&png, &jpeg] {
        for length in [9, 20, file.len() / 2] {
            assert_eq!(read_form_id(&file[..length]).unwrap_err(), QrError::Damaged, "{length}");
        }
    }
}

#[test]
fn a_picture_that_says_it_is_huge_is_refused_by_its_header() {
    let mut jpeg = Canvas::code(ID).jpeg();
    let frame = jpeg.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0xEA, 0x60, 0xEA, 0x60]);
    assert_eq!(read_form_id(&jpeg).unwrap_err(), QrError::TooLarge);

    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, 60_000, 60_000);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    drop(encoder.write_header().unwrap());
    assert_eq!(read_form_id(&file).unwrap_err(), QrError::TooLarge);
    assert_eq!(read_form_id(&vec![0; super::MAX_BYTES + 1]).unwrap_err(), QrError::TooLarge);
}

#[test]
fn every_changed_byte_of_a_picture_is_read_or_refused_without_panic() {
    let mut canvas = Canvas::white(60, 60);
    canvas.draw(ID, 9, 9, 2);
    for file in [canvas.png(), canvas.jpeg()] {
        for position in (0..file.len()).step_by(3) {
            let mut file = file.clone();
            file[position] ^= 0x55;
            if let Ok(id) = read_form_id(&file) {
                assert_eq!(id.as_str(), ID);
            }
        }
    }
}

#[test]
fn a_picture_over_which_the_decoder_panics_has_a_code_that_cannot_be_read() {
    assert_eq!(form_id(&without_panic(|| panic!("somewhere in the decoder"))), Err(QrError::Unreadable));
}
