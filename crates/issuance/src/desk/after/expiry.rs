//! 有効期限通知書: the letter that says that a card ends, with the id and the QR code of the form of its renewal.

use std::fmt::Write as _;

use mynumber_applet::Date;
use mynumber_crypto::certificate::Purpose;
use qrcodegen::{QrCode, QrCodeEcc};

use crate::application::FormId;
use crate::lifecycle::State;
use crate::store::{Case, CertificateState, IssuedCertificate, Store, StoreError};
use crate::validity::{date_in_japan, end_of_date, is_renewal_time, months_after, renewal_opens};

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
    let mut after = after;
    loop {
        let mut due = store.expiring(today, last, after, limit)?;
        let Some(end) = due.last() else { return Ok(due) };
        after = end.number;
        due.retain(|case| {
            let is_open = case.expiry.is_some_and(|expiry| is_renewal_time(expiry, today));
            is_open && !matches!(case.state, State::Lost)
        });
        if !due.is_empty() {
            return Ok(due);
        }
    }
}

/// The certificates in force that end within three months from `today` on while their card goes on: their holders are told, and
/// come to the window for new ones ([`At::renew_certificates`](crate::desk::At::renew_certificates)). In the order of issue, from
/// above the certificate `after`, at most `limit`.
///
/// # Errors
/// Failures of the store.
pub fn certificates_due(
    store: &mut dyn Store,
    today: Date,
    after: u64,
    limit: u32,
) -> Result<Vec<IssuedCertificate>, StoreError> {
    let days = end_of_date(today).zip(months_after(today, 4).and_then(end_of_date));
    let (first, last) = days.ok_or(StoreError::Time)?;
    let mut after = after;
    loop {
        let ending = store.ending(first, last, after, limit)?;
        let Some(end) = ending.last() else { return Ok(ending) };
        after = end.number;
        let mut due = Vec::new();
        for certificate in ending {
            let case = store.case(certificate.case)?;
            if is_certificate_due(&certificate, &case, today) {
                due.push(certificate);
            }
        }
        if !due.is_empty() {
            return Ok(due);
        }
    }
}

/// Whether a certificate of this case is in force, ends within three months from `today` on, and its card, which the holder
/// has, goes on: a card that ends with its certificates has a notice of its own.
#[must_use]
pub fn is_certificate_due(certificate: &IssuedCertificate, case: &Case, today: Date) -> bool {
    date_in_japan(certificate.not_after).is_some_and(|end| {
        let card_goes_on = case.expiry.is_none_or(|expiry| expiry > end);
        let in_force = certificate.state == CertificateState::InForce;
        in_force && is_renewal_time(end, today) && card_goes_on && State::with_holder().contains(&case.state)
    })
}

/// The letter that says that certificates end. It has no QR code: they are renewed at the window, without an application.
///
/// `None` before the time.
#[must_use]
pub fn certificate_notice(certificate: &IssuedCertificate, today: Date) -> Option<String> {
    let end = date_in_japan(certificate.not_after)?;
    let (japanese, english) = match certificate.purpose {
        Purpose::Signature => ("署名用電子証明書", "signature certificate"),
        _ => ("利用者証明用電子証明書", "user-authentication certificate"),
    };
    let opens = renewal_opens(end)?;
    is_renewal_time(end, today).then(|| {
        format!(
            "有効期限通知書 / Notice of expiry\n\n\
             {japanese}の有効期限は {end} です。{opens} から市区町村の窓口で更新できます。\n\
             Your {english} ends on {end}. It is renewed at the window of the municipality from {opens} on.\n"
        )
    })
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
