//! Text that is written where there is not enough room for it.

use core::fmt::{Arguments, Error, Result, Write};

/// Every room for a short text; so many, spread out, for a long one.
const ROOMS: usize = 160;

/// Takes text until the next piece does not fit.
struct Page {
    room: usize,
    text: String,
}

impl Write for Page {
    fn write_str(&mut self, piece: &str) -> Result {
        if self.text.len() + piece.len() > self.room {
            return Err(Error);
        }
        self.text.push_str(piece);
        Ok(())
    }
}

/// Writes the text into too little room: it fails, and what stands there by then is how the text begins.
pub(super) fn in_part(text: Arguments<'_>) {
    let whole = text.to_string();
    for room in (0..whole.len()).step_by(1 + whole.len() / ROOMS) {
        let mut page = Page { room, text: String::new() };
        assert!(page.write_fmt(text).is_err(), "{room} bytes were enough for {} of {whole}", page.text);
        assert!(whole.starts_with(&page.text), "{} does not begin {whole}", page.text);
    }
}
