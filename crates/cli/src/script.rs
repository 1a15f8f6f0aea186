//! Lines of APDUs: what `scriptor` reads and what `opensc-tool --send-apdu` takes.

/// One line of a script.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// Send these bytes.
    Send(Vec<u8>),
    /// Reset the card (`reset` of scriptor).
    Reset,
    /// Nothing to do.
    Empty,
}

/// Why a line is not one.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum LineError {
    /// Something that is not a hexadecimal digit.
    NotHex { column: usize },
    /// A hexadecimal digit without its partner.
    OddDigits { column: usize },
    /// More bytes than a command has.
    TooLong,
}

/// Longest extended command: header, three length bytes, 65,535 data bytes, two length bytes.
const LONGEST: usize = 4 + 3 + 65_535 + 2;

/// Reads one line: hexadecimal bytes, separated by spaces, colons, commas or nothing, with or without `0x`; `reset`;
/// comments from `#`, `//` or `;`, and anything after a continued `\` is the caller's.
pub(crate) fn parse_line(line: &str) -> Result<Line, LineError> {
    let code = ["#", "//", ";"].iter().fold(line, |rest, mark| rest.split(mark).next().unwrap_or(rest));
    if code.trim().eq_ignore_ascii_case("reset") {
        return Ok(Line::Reset);
    }
    let mut bytes = Vec::new();
    let mut pending: Option<(u8, usize)> = None;
    let mut characters = code.char_indices().peekable();
    while let Some((column, character)) = characters.next() {
        if pending.is_none() && character == '0' && matches!(characters.peek(), Some((_, 'x' | 'X'))) {
            characters.next();
            continue;
        }
        let separator = character.is_whitespace() || matches!(character, ':' | ',');
        let digit = character.to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        match (pending, digit) {
            (None, Some(high)) => pending = Some((high, column)),
            (Some((high, _)), Some(low)) => {
                bytes.push(high << 4 | low);
                pending = None;
            }
            (None, None) if separator => {}
            (Some((_, at)), None) if separator => return Err(LineError::OddDigits { column: at }),
            (_, None) => return Err(LineError::NotHex { column }),
        }
        if bytes.len() > LONGEST {
            return Err(LineError::TooLong);
        }
    }
    match pending {
        Some((_, column)) => Err(LineError::OddDigits { column }),
        None if bytes.is_empty() => Ok(Line::Empty),
        None => Ok(Line::Send(bytes)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_scriptor_and_opensc_tool_are_read() {
        let select = Ok(Line::Send(vec![0x00, 0xA4, 0x04, 0x0C]));
        for line in
            ["00 A4 04 0C", "00A4040C", "00:a4:04:0c # select", "0x00 0xA4 0x04 0x0C", "  00 A4 04 0C // x"]
        {
            assert_eq!(parse_line(line), select, "{line}");
        }
        assert_eq!(parse_line("reset"), Ok(Line::Reset));
        assert_eq!(parse_line("# nothing"), Ok(Line::Empty));
        assert_eq!(parse_line("00 A"), Err(LineError::OddDigits { column: 3 }));
        assert_eq!(parse_line("00 G0"), Err(LineError::NotHex { column: 3 }));
        assert_eq!(parse_line(&"00".repeat(70_000)), Err(LineError::TooLong));
        assert_eq!(parse_line("００"), Err(LineError::NotHex { column: 0 }));
    }
}
