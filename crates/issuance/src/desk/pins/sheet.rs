//! 暗証番号記載票: the sheet on which the holder writes the PINs down. It is printed blank: nothing that makes it sees a PIN.

use std::fmt::Write as _;

use mynumber_applet::{PinFormat, ResetPlace};

use super::{Asked, Plan};

/// Boxes for a PIN of four digits, and for the longest password.
const fn boxes(asked: Asked) -> u8 {
    match asked.row().format {
        PinFormat::Digits(digits) => digits,
        _ => 16,
    }
}

struct Line {
    asked: Asked,
    japanese: String,
    english: String,
}

fn line(asked: Asked) -> Line {
    let row = asked.row();
    let (japanese_form, english_form) = match row.format {
        PinFormat::Digits(digits) => (format!("数字{digits}桁"), format!("{digits} digits")),
        _ => ("英大文字と数字6〜16文字".to_owned(), "6 to 16 capital letters and digits".to_owned()),
    };
    let at_kiosk = row.reset.contains(&ResetPlace::ConvenienceStore);
    let (japanese_place, english_place) = if at_kiosk {
        ("市区町村の窓口またはコンビニ等", "at the window of the municipality or at a convenience store")
    } else {
        ("市区町村の窓口", "at the window of the municipality")
    };
    let tries = row.tries;
    Line {
        asked,
        japanese: format!(
            "{japanese_form}。{tries}回続けて間違えるとロックされ、{japanese_place}で再設定します。"
        ),
        english: format!(
            "{english_form}. {tries} wrong tries in a row lock it; it is set anew {english_place}."
        ),
    }
}

const TITLE: &str = "暗証番号記載票 / Your PINs";
const KEEP: [&str; 2] = [
    "この票はカードと別の場所に保管し、他人に見せないでください。",
    "Keep this sheet apart from the card, and show it to nobody.",
];

/// The sheet as text, Japanese and English.
#[must_use]
pub fn text(plan: &Plan) -> String {
    let mut sheet = format!("{TITLE}\n");
    for line in plan.asked().map(line) {
        let row = line.asked.row();
        let boxes = "□".repeat(usize::from(boxes(line.asked)));
        let number = line.asked.number();
        sheet.push_str(&format!(
            "\n({number}) {} / {}\n    {boxes}\n    {}\n    {}\n",
            row.japanese, row.english, line.japanese, line.english
        ));
    }
    sheet.push('\n');
    for line in KEEP {
        sheet.push_str(line);
        sheet.push('\n');
    }
    sheet
}

/// The sheet as an SVG of one A4 page, Japanese and English.
#[must_use]
pub fn svg(plan: &Plan) -> String {
    let mut sheet = String::from(concat!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="210mm" height="297mm" viewBox="0 0 210 297" "#,
        r#"font-family="sans-serif" font-size="4">"#,
    ));
    label(&mut sheet, 20, 25, TITLE);
    let mut y = 45;
    for line in plan.asked().map(line) {
        let row = line.asked.row();
        let name = format!("({}) {} / {}", line.asked.number(), row.japanese, row.english);
        label(&mut sheet, 20, y, &name);
        for at in 0..u32::from(boxes(line.asked)) {
            // Writing to a string does not fail.
            let _ = write!(
                sheet,
                r#"<rect x="{}" y="{}" width="9" height="11" fill="none" stroke="black" stroke-width="0.3"/>"#,
                20 + at * 10,
                y + 4
            );
        }
        label(&mut sheet, 20, y + 22, &line.japanese);
        label(&mut sheet, 20, y + 28, &line.english);
        y += 45;
    }
    for (text, y) in KEEP.into_iter().zip([y + 5, y + 12]) {
        label(&mut sheet, 20, y, text);
    }
    sheet.push_str("</svg>\n");
    sheet
}

fn label(sheet: &mut String, x: u32, y: u32, text: &str) {
    // Writing to a string does not fail. All texts are ours: nothing in them needs escaping.
    let _ = write!(sheet, r#"<text x="{x}" y="{y}">{text}</text>"#);
}
