//! The picture of a form's QR code: any bytes.

use std::panic::{set_hook, take_hook};
use std::sync::Once;

use mynumber::issuance::application::FormId;
use mynumber::issuance::qr::read_form_id;

/// A fuzzer ends at every panic, also at one that is caught. Those of the decoder are caught on purpose.
fn let_the_decoder_panic() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let others = take_hook();
        set_hook(Box::new(move |panic| {
            if !panic.location().is_some_and(|place| place.file().contains("rqrr")) {
                others(panic);
            }
        }));
    });
}

/// What is read is an application form id; what is not says nothing of what stands in the picture.
pub fn intake_qr(data: &[u8]) {
    let_the_decoder_panic();
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
