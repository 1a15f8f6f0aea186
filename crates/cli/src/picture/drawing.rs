//! The card as a drawing: front with photo and text images, back with the number and its QR code (SVG 1.1).

use std::fmt::Write;

use base64ct::{Base64, Encoding};
use qrcodegen::{QrCode, QrCodeEcc};

use super::PictureError;

/// Width and height of a card in hundredths of a millimetre (ISO 7810 ID-1).
const WIDTH: u32 = 8560;
const HEIGHT: u32 = 5398;

/// What the front shows; images are PNG.
pub(crate) struct Front<'a> {
    pub(crate) photo: &'a [u8],
    pub(crate) name: &'a [u8],
    pub(crate) address: &'a [u8],
    pub(crate) security_code: &'a [u8],
    pub(crate) birth_date: &'a str,
    pub(crate) sex: &'a str,
    pub(crate) expiry: &'a str,
}

/// What the back shows.
pub(crate) struct Back<'a> {
    pub(crate) number: &'a str,
    pub(crate) name: &'a [u8],
    pub(crate) birth_date: &'a str,
}

/// Draws the front.
pub(crate) fn front_svg(front: &Front<'_>) -> String {
    let mut svg = begin("#eef6ee");
    text(&mut svg, (420, 620), 300, "氏名");
    image(&mut svg, front.name, (1300, 360, 4800, 400));
    text(&mut svg, (420, 1160), 300, "住所");
    image(&mut svg, front.address, (1300, 900, 4800, 400));
    text(&mut svg, (420, 1700), 300, front.birth_date);
    text(&mut svg, (3600, 1700), 300, front.sex);
    text(&mut svg, (420, 2240), 300, front.expiry);
    text(&mut svg, (420, 2780), 300, "セキュリティコード");
    image(&mut svg, front.security_code, (3400, 2500, 900, 400));
    image(&mut svg, front.photo, (6000, 1300, 2200, 2750));
    text(&mut svg, (420, 4980), 360, "個人番号カード");
    end(svg)
}

/// Draws the back.
///
/// # Errors
/// [`PictureError::QrCode`] when the number does not fit a QR code.
pub(crate) fn back_svg(back: &Back<'_>) -> Result<String, PictureError> {
    let code = QrCode::encode_text(back.number, QrCodeEcc::Medium).map_err(|_| PictureError::QrCode)?;
    let mut svg = begin("#f2f2f8");
    text(&mut svg, (420, 620), 300, "個人番号");
    text(&mut svg, (420, 1200), 520, &grouped(back.number));
    image(&mut svg, back.name, (420, 1600, 4800, 400));
    text(&mut svg, (420, 2500), 300, back.birth_date);
    qr_code(&mut svg, &code);
    Ok(end(svg))
}

fn begin(background: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"85.6mm\" height=\"53.98mm\" viewBox=\"0 0 {WIDTH} {HEIGHT}\">\n\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" rx=\"318\" fill=\"{background}\" stroke=\"#888\" stroke-width=\"20\"/>\n"
    )
}

fn end(mut svg: String) -> String {
    svg.push_str("</svg>\n");
    svg
}

fn text(svg: &mut String, (x, y): (u32, u32), size: u32, content: &str) {
    let _ = writeln!(
        svg,
        "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" font-family=\"sans-serif\">{}</text>",
        escaped(content)
    );
}

fn image(svg: &mut String, png: &[u8], (x, y, width, height): (u32, u32, u32, u32)) {
    let _ = writeln!(
        svg,
        "<image x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" preserveAspectRatio=\"xMinYMid\" \
         href=\"data:image/png;base64,{}\"/>",
        Base64::encode_string(png)
    );
}

/// One path of unit squares, scaled to a field of 2 cm with the quiet zone of four modules.
fn qr_code(svg: &mut String, code: &QrCode) {
    let side = code.size();
    let _ = write!(
        svg,
        "<g transform=\"translate(6000 2700)\"><rect width=\"2200\" height=\"2200\" fill=\"#fff\"/>\
         <g transform=\"scale({:.4}) translate(4 4)\"><path d=\"",
        2200.0 / f64::from(side + 8)
    );
    for y in 0..side {
        for x in (0..side).filter(|x| code.get_module(*x, y)) {
            let _ = write!(svg, "M{x} {y}h1v1h-1z");
        }
    }
    svg.push_str("\"/></g></g>\n");
}

/// `1234 5678 9012`, as printed on the card.
fn grouped(number: &str) -> String {
    let mut out = String::new();
    for (index, digit) in number.chars().enumerate() {
        if index > 0 && index % 4 == 0 {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}

/// XML-escaped, without the characters that XML 1.0 forbids.
fn escaped(content: &str) -> String {
    let mut out = String::new();
    for character in content.chars() {
        match character {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            _ if character.is_control() => out.push('\u{FFFD}'),
            _ => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_the_card_cannot_break_out_of_the_drawing() {
        let front = Front {
            photo: b"png",
            name: b"png",
            address: b"png",
            security_code: b"png",
            birth_date: "<script>\u{0}&\"",
            sex: "女",
            expiry: "2035年",
        };
        let svg = front_svg(&front);
        assert!(svg.contains("&lt;script&gt;\u{FFFD}&amp;&quot;") && !svg.contains("<script"));
    }

    #[test]
    fn the_back_carries_number_and_qr_code() {
        let back = Back { number: "123456789018", name: b"png", birth_date: "平成2年" };
        let svg = back_svg(&back).expect("twelve digits fit");
        assert!(svg.contains("1234 5678 9018") && svg.contains("h1v1h-1z"));
        assert!(back_svg(&Back { number: &"1".repeat(10_000), name: b"", birth_date: "" }).is_err());
    }
}
