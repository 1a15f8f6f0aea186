//! The picture of a form's QR code: any bytes.

use mynumber::issuance::application::FormId;
use mynumber::issuance::qr::read_form_id;

/// What is read is an application form id; what is not says nothing of what stands in the picture.
pub fn intake_qr(data: &[u8]) {
    match read_form_id(data) {
        Ok(id) => {
            assert_eq!(id.as_str().len(), FormId::LENGTH);
            assert_eq!(FormId::parse(id.as_str()).as_ref(), Ok(&id));
        }
        Err(error) => {
            let shown = format!("{error} {error:?} {}", error.japanese());
            let digits = shown.split(|c: char| !c.is_ascii_digit()).map(str::len).max();
            assert!(digits.is_none_or(|longest| longest < 8), "{shown}");
        }
    }
}
