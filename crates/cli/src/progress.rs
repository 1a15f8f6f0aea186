//! A bar for work on large files.

use std::io::Read;

use indicatif::{ProgressBar, ProgressStyle};

/// Below this many bytes nobody waits long enough to want a bar.
const BAR_FROM: u64 = 64 << 20;

/// A bar over so many bytes; hidden where their number is not known or small.
pub(crate) fn bytes(length: Option<u64>) -> ProgressBar {
    match length {
        Some(length) if length >= BAR_FROM => {
            let style = ProgressStyle::with_template("{bar:40} {bytes}/{total_bytes} {eta}");
            ProgressBar::new(length).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        }
        _ => ProgressBar::hidden(),
    }
}

/// Reads everything in pieces, with the bar moving.
pub(crate) fn pieces<E: From<std::io::Error>>(
    mut reader: impl Read,
    bar: &ProgressBar,
    mut each: impl FnMut(&[u8]) -> Result<(), E>,
) -> Result<(), E> {
    let mut buffer = vec![0; 1 << 16];
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => {
                each(buffer.get(..count).unwrap_or_default())?;
                bar.inc(u64::try_from(count).unwrap_or_default());
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
    bar.finish_and_clear();
    Ok(())
}
