//! Text from a card, made safe for a terminal.

use std::fmt::{self, Display, Write};

/// Shows text with everything escaped that could steer a terminal or mislead the eye: control characters, escape
/// sequences, bidirectional controls, invisible format characters.
pub(crate) struct Escaped<'a>(pub(crate) &'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            if is_harmless(character) {
                f.write_char(character)?;
            } else {
                write!(f, "\\u{{{:04X}}}", u32::from(character))?;
            }
        }
        Ok(())
    }
}

/// Whether a character can be shown as it is.
pub(crate) fn is_harmless(character: char) -> bool {
    !character.is_control()
        && !matches!(
            u32::from(character),
            0x00AD | 0x061C
                | 0x115F..=0x1160
                | 0x17B4..=0x17B5
                | 0x180B..=0x180F
                | 0x200B..=0x200F
                | 0x2028..=0x202E
                | 0x2060..=0x206F
                | 0x3164
                | 0xFEFF
                | 0xFFA0
                | 0xFFF0..=0xFFFB
                | 0x1D173..=0x1D17A
                | 0xE0000..=0xE0FFF
        )
        && character != '\\'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a17_nothing_that_steers_a_terminal_passes() {
        let hostile = "\u{1b}[2J試験\u{202e}太郎\0\u{9b}\u{200b}\n\\";
        assert_eq!(
            Escaped(hostile).to_string(),
            "\\u{001B}[2J試験\\u{202E}太郎\\u{0000}\\u{009B}\\u{200B}\\u{000A}\\u{005C}"
        );
        assert_eq!(Escaped("試験　太郎 A-1").to_string(), "試験　太郎 A-1");
    }
}
