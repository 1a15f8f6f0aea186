//! The photo of an application: any bytes.

use mynumber::applet::Date;
use mynumber::issuance::photo::{Digital, MAX_SIDE, MIN_BYTES, MIN_SIDE, PhotoError};

/// Takes the file as it is, and once more with a comment that makes it as long as a photo has to be: otherwise no small
/// input gets as far as the decoder. What is accepted holds to the rules, and is accepted again.
pub fn intake_photo(data: &[u8]) {
    check(data);
    if let Some(rest) = data.strip_prefix(&[0xFF, 0xD8])
        && data.len() < MIN_BYTES
    {
        // COM (ITU-T T.81 §B.2.4.5) of the least length of a file, its length field counted.
        let length = u16::try_from(MIN_BYTES).unwrap_or(u16::MAX);
        let mut file = vec![0xFF, 0xD8, 0xFF, 0xFE];
        file.extend(length.to_be_bytes());
        file.resize(file.len() + usize::from(length) - 2, b' ');
        file.extend(rest);
        check(&file);
    }
}

fn check(file: &[u8]) {
    let dates = [&b"20260501"[..], b"20261101", b"20261122"].map(Date::parse);
    let [Ok(old), Ok(taken), Ok(today)] = dates else { unreachable!("three dates") };
    let Ok(photo) = Digital::check(file, taken, today) else { return };
    let sides = MIN_SIDE..=MAX_SIDE;
    assert!(sides.contains(&photo.width()) && sides.contains(&photo.height()));
    assert_eq!((photo.bytes(), photo.taken()), (file.len(), taken));
    assert_eq!(Digital::check(file, taken, today).as_ref(), Ok(&photo));
    assert!(matches!(Digital::check(file, old, today), Err(PhotoError::Age(_))), "older than six months");
}
