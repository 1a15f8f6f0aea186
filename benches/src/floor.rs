//! Parsers written by hand for one job each: the yardstick.
//!
//! They accept and refuse exactly what `mynumber-apdu` accepts and refuses, and hand out the same values. They do not
//! say what is wrong or where, have no types that keep mistakes out, and serve nothing but the benches.

/// What a command says; `le` is 0 when no length is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parsed<'a> {
    /// Class, instruction, P1, P2.
    pub header: [u8; 4],
    /// Whether the length fields are extended.
    pub extended: bool,
    /// The most response bytes asked for, or 0.
    pub le: u32,
    /// The data field.
    pub data: &'a [u8],
}

/// Reads a command; `None` when it is malformed.
#[inline]
#[must_use]
pub fn parse(bytes: &[u8]) -> Option<Parsed<'_>> {
    let Some((header, body)) = bytes.split_first_chunk::<4>() else { return malformed() };
    let [class, instruction, ..] = *header;
    if class == 0xFF || matches!(instruction & 0xF0, 0x60 | 0x90) {
        return malformed();
    }
    let parsed = |extended, data, le| Some(Parsed { header: *header, extended, le, data });
    match body {
        [] => parsed(false, body, 0),
        [le] => parsed(false, &[], short(*le)),
        [0, high, low, rest @ ..] => {
            let lc = usize::from(u16::from_be_bytes([*high, *low]));
            match (rest.len().checked_sub(lc), rest) {
                // Without anything after it the field is Le, not Lc.
                (_, []) => parsed(true, rest, extended_le(*high, *low)),
                _ if lc == 0 => malformed(),
                (Some(0), _) => parsed(true, rest, 0),
                (Some(2), [data @ .., high, low]) => parsed(true, data, extended_le(*high, *low)),
                _ => malformed(),
            }
        }
        [0, ..] => malformed(),
        [lc, rest @ ..] => match (rest.len().checked_sub(usize::from(*lc)), rest) {
            (Some(0), _) => parsed(false, rest, 0),
            (Some(1), [data @ .., le]) => parsed(false, data, short(*le)),
            _ => malformed(),
        },
    }
}

/// Out of line, so that the compiler lays the accepted commands out straight.
#[cold]
#[inline(never)]
fn malformed<'a>() -> Option<Parsed<'a>> {
    None
}

#[inline]
fn short(byte: u8) -> u32 {
    if byte == 0 { 256 } else { u32::from(byte) }
}

#[inline]
fn extended_le(high: u8, low: u8) -> u32 {
    match u16::from_be_bytes([high, low]) {
        0 => 65_536,
        le => u32::from(le),
    }
}

/// Writes a command; `None` when it does not fit.
#[inline]
#[must_use]
pub fn encode<'b>(command: &Parsed<'_>, buffer: &'b mut [u8]) -> Option<&'b [u8]> {
    let [lc_high, lc_low] = u16::try_from(command.data.len()).ok()?.to_be_bytes();
    match (command.data, command.extended) {
        ([], false) => write(command, [], &[], usize::from(command.le != 0), buffer),
        ([], true) => write(command, [], &[], if command.le == 0 { 0 } else { 3 }, buffer),
        (data, false) => write(command, [lc_low], data, usize::from(command.le != 0), buffer),
        (data, true) => {
            write(command, [0, lc_high, lc_low], data, if command.le == 0 { 0 } else { 2 }, buffer)
        }
    }
}

#[inline(always)]
fn write<'b, const LC: usize>(
    command: &Parsed<'_>,
    lc: [u8; LC],
    data: &[u8],
    le_len: usize,
    buffer: &'b mut [u8],
) -> Option<&'b [u8]> {
    let out = buffer.get_mut(..4 + LC + data.len() + le_len)?;
    let (header, rest) = out.split_first_chunk_mut::<4>()?;
    *header = command.header;
    let (field, rest) = rest.split_first_chunk_mut::<LC>()?;
    *field = lc;
    let (field, rest) = rest.split_at_mut_checked(data.len())?;
    field.copy_from_slice(data);
    let [_, _, le_high, le_low] = command.le.to_be_bytes();
    match rest {
        [] => {}
        [low] => *low = le_low,
        [high, low] => [*high, *low] = [le_high, le_low],
        [zero, high, low] => [*zero, *high, *low] = [0, le_high, le_low],
        _ => return None,
    }
    Some(out)
}

/// One element: its tag as a number, its value, and where it begins.
pub type Element<'a> = (u32, &'a [u8], usize);

/// Takes the next element off `rest`, which is not empty and ends at position `end`; lengths in the shortest coding,
/// tags of up to four bytes.
#[inline]
#[must_use]
pub fn element<'a>(rest: &mut &'a [u8], end: usize) -> Option<Element<'a>> {
    let before = *rest;
    let (tag, length, after) = match before {
        [a, after @ ..] if a & 0x1F == 0x1F => match after {
            [b, length, after @ ..] if (b | length) & 0x80 == 0 => {
                ((u32::from(*a) << 8) | u32::from(*b), usize::from(*length), after)
            }
            _ => long_header(before)?,
        },
        [tag @ 1..=0xFF, length @ 0..=0x7F, after @ ..] => (u32::from(*tag), usize::from(*length), after),
        _ => long_header(before)?,
    };
    let (value, after) = after.split_at_checked(length)?;
    *rest = after;
    Some((tag, value, end - before.len()))
}

#[inline(never)]
fn long_header(bytes: &[u8]) -> Option<(u32, usize, &[u8])> {
    let (tag, after) = match bytes {
        [0, ..] => return None,
        [a, after @ ..] if a & 0x1F != 0x1F => (u32::from(*a), after),
        [a, b @ 0..=0x7F, after @ ..] => (u32::from(u16::from_be_bytes([*a, *b])), after),
        [_, 0x80, ..] => return None,
        [a, b, c @ 0..=0x7F, after @ ..] => (u32::from_be_bytes([0, *a, *b, *c]), after),
        [a, b, c, d @ 0..=0x7F, after @ ..] => (u32::from_be_bytes([*a, *b, *c, *d]), after),
        _ => return None,
    };
    let (length, after) = match after {
        [short @ 0..=0x7F, after @ ..] => (u32::from(*short), after),
        [0x81, a @ 0x80..=0xFF, after @ ..] => (u32::from(*a), after),
        [0x82, a @ 1..=0xFF, b, after @ ..] => (u32::from_be_bytes([0, 0, *a, *b]), after),
        [0x83, a @ 1..=0xFF, b, c, after @ ..] => (u32::from_be_bytes([0, *a, *b, *c]), after),
        [0x84, a @ 1..=0xFF, b, c, d, after @ ..] => (u32::from_be_bytes([*a, *b, *c, *d]), after),
        _ => return None,
    };
    Some((tag, usize::try_from(length).ok()?, after))
}

#[cfg(test)]
#[path = "floor_tests.rs"]
mod tests;
