//! 有効期限通知書: the letter that says that a card ends, with the id and the QR code of the form of its renewal.

use std::fmt::Write as _;

use mynumber_applet::Date;
use qrcodegen::{QrCode, QrCodeEcc};

use crate::application::FormId;
use crate::lifecycle::State;
use crate::store::{Case, Store, StoreError};
use crate::validity::{is_renewal_time, months_after, renewal_opens};

/// The cases whose card ends within three months from `today` on, to be told of it and to be renewed: in the order of their
/// numbers, from above `after`, at most `limit`.
///
/// # Errors
/// Failures of the store.
pub fn due_for_renewal(
    store: &mut dyn Store,
    today: Date,
    after: u64,
    limit: u32,
) -> Result<Vec<Case>, StoreError> {
    // A month may be shorter three months later; the exact day is asked of each.
    let last = months_after(today, 4).ok_or(StoreError::Time)?;
    let mut due = store.expiring(today, last, after, limit)?;
    due.retain(|case| {
        let is_open = case.expiry.is_some_and(|expiry| is_renewal_time(expiry, today));
        is_open && !matches!(case.state, State::Lost)
    });
    Ok(due)
}

/// One letter.
#[derive(Debug)]
pub struct ExpiryNotice {
    form: FormId,
    expiry: Date,
    opens: Date,
}

impl ExpiryNotice {
    /// The notice for a case, with the id of the form that renews it. `None` before the time, and when the last day is not known.
    #[must_use]
    pub fn of(case: &Case, form: FormId, today: Date) -> Option<Self> {
        let expiry = case.expiry?;
        let opens = renewal_opens(expiry)?;
        is_renewal_time(expiry, today).then_some(Self { form, expiry, opens })
    }

    /// The letter as text, Japanese and English. Name and address come on the envelope: nothing of the person is here.
    #[must_use]
    pub fn text(&self) -> String {
        let (expiry, opens) = (self.expiry, self.opens);
        format!(
            "有効期限通知書 / Notice of expiry\n\n\
             マイナンバーカードの有効期限は {expiry} です。{opens} から更新の申請ができます。\n\
             Your My Number Card ends on {expiry}. It can be renewed from {opens} on.\n\n\
             申請書ID / Application form id: {}\n",
            self.form.as_str()
        )
    }

    /// The QR code of the application form id, as an SVG: 40 mm wide, with the quiet zone that ISO/IEC 18004 asks for.
    #[must_use]
    pub fn qr_svg(&self) -> Option<String> {
        const QUIET: i32 = 4;
        let code = QrCode::encode_text(self.form.as_str(), QrCodeEcc::Medium).ok()?;
        let side = code.size() + 2 * QUIET;
        let mut svg = format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="40mm" height="40mm" viewBox="0 0 {side} {side}"><rect width="{side}" height="{side}" fill="white"/><path d=""#
        );
        for y in 0..code.size() {
            for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
                // Writing to a string does not fail.
                let _ = write!(svg, "M{},{}h1v1h-1z", x + QUIET, y + QUIET);
            }
        }
        svg.push_str("\"/></svg>\n");
        Some(svg)
    }
}
