//! The characters of JIS X 0213 levels 1 to 3: its first plane.
//!
//! JIS X 0208 (levels 1 and 2) is what `encoding_rs` writes as EUC-JP in the rows of that standard. What plane 1 of
//! JIS X 0213:2004 has beyond it stands in the two files beside this one: the 1259 kanji of level 3, and 600 other
//! characters. Combining marks by themselves, the no-break space and the soft hyphen are left out: nobody could see
//! them. The fourteen kana with a semi-voiced mark that Unicode writes as two characters count as one.
//!
//! Text is not normalised: Unicode's normal forms replace kanji of level 3 that are characters of their own here.

use encoding_rs::EUC_JP;

const KANJI: &str = include_str!("level3_kanji.txt");
const OTHER: &str = include_str!("level3_other.txt");

/// The mark that follows a kana, and the kana that it follows.
const SEMI_VOICED: char = '\u{309A}';
const BEFORE_THE_MARK: &str = "かきくけこカキクケコセツトㇷ";

/// The width of a text: 2 for each character of the repertoire, 1 for each half-width one (ASCII that prints, and
/// half-width katakana).
///
/// # Errors
/// The number, from 0, of the first character outside.
pub(super) fn width(text: &str) -> Result<usize, usize> {
    let mut width = 0;
    let mut before = None;
    for (index, character) in text.chars().enumerate() {
        width += match character {
            ' '..='~' | '\u{FF61}'..='\u{FF9F}' => 1,
            SEMI_VOICED if before.is_some_and(|kana| BEFORE_THE_MARK.contains(kana)) => 0,
            _ if is_jis_x_0208(character) || is_level_3(character) => 2,
            _ => return Err(index),
        };
        before = Some(character);
    }
    Ok(width)
}

/// Whether JIS X 0208 has the character, in rows 1 to 8 or 16 to 84: the rest of what the encoding writes are
/// extensions by makers.
fn is_jis_x_0208(character: char) -> bool {
    let mut text = [0; 4];
    let (bytes, _, unmappable) = EUC_JP.encode(character.encode_utf8(&mut text));
    // Where the standard and the encoding map a sign to different characters, both are taken.
    matches!(character, '¢' | '£' | '¬' | '‖' | '−' | '〜' | '—')
        || !unmappable && matches!(*bytes, [0xA1..=0xA8 | 0xB0..=0xF4, 0xA1..=0xFE])
}

fn is_level_3(character: char) -> bool {
    let list = if matches!(character, '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..) {
        KANJI
    } else {
        OTHER
    };
    !character.is_control() && list.contains(character)
}

#[cfg(test)]
mod tests {
    use super::{KANJI, OTHER, is_jis_x_0208, is_level_3, width};

    fn is_kanji(character: char) -> bool {
        matches!(character, '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..)
    }

    #[test]
    fn the_repertoire_has_the_kanji_of_levels_1_to_3_and_no_others() {
        let (mut first_two, mut third) = (0, 0);
        for kanji in ('\u{3400}'..='\u{2A6DF}').filter(|character| is_kanji(*character)) {
            match (is_jis_x_0208(kanji), is_level_3(kanji)) {
                (true, true) => panic!("{kanji} is in both"),
                (true, false) => first_two += 1,
                (false, true) => third += 1,
                (false, false) => {}
            }
        }
        // And 仝, which stands among the signs of JIS X 0208.
        assert_eq!((first_two, third), (2965 + 3390 + 1, 1259));
        assert_eq!(KANJI.chars().filter(|character| *character != '\n').count(), 1259);
        assert_eq!(OTHER.chars().filter(|character| *character != '\n').count(), 600);
    }

    #[test]
    fn characters_count_two_and_half_width_ones_count_one() {
        for (text, expected) in [
            ("", Ok(0)),
            ("Taro", Ok(4)),
            ("ﾀﾛｳ", Ok(3)),
            ("検証　太郎", Ok(10)),
            ("𠮟", Ok(2)),
            ("俱", Ok(2)),
            ("か゚", Ok(2)),
            ("〜―−－", Ok(8)),
            // Level 4, an emoji, a mark without its kana, a line break, an extension by makers that no level has.
            ("𠂉", Err(0)),
            ("太😀", Err(1)),
            ("あ゚", Err(1)),
            ("太\n郎", Err(1)),
            ("太\u{200B}郎", Err(1)),
            ("é\u{301}", Err(1)),
        ] {
            assert_eq!(width(text), expected, "{text}");
        }
    }
}
