//! An application form id: typed, or read from the picture of its QR code, or both.

use std::path::Path;

use mynumber::issuance::application::FormId;
use mynumber::issuance::qr;

use super::super::words;
use super::sheet::Fault;
use crate::hardening::without_panic;
use crate::inputs;
use crate::language::{Language, say};

/// Reads what there is; given both, they have to agree. The fault names the field of an application.
pub(in super::super) fn form_id(typed: Option<&str>, picture: Option<&Path>) -> Result<FormId, Fault> {
    let typed = typed.map(FormId::parse).transpose();
    let typed = typed.map_err(|error| Fault::of("form.id", words::of_form_id(error)))?;
    let Some(path) = picture else {
        return typed.ok_or_else(|| {
            Fault::of("form.id", say!("is missing, and form.qr too", "form.qr も入力がありません"))
        });
    };
    let limit = u64::try_from(qr::MAX_BYTES).unwrap_or(u64::MAX);
    let bytes =
        inputs::read(path, limit).map_err(|failure| Fault::of("form.qr", failure.message().to_owned()))?;
    // The decoder's panics over a picture are caught in there, and nothing is told of them.
    let read = without_panic(|| qr::read_form_id(&bytes)).unwrap_or(Err(qr::QrError::Unreadable));
    match read {
        Ok(read) if typed.as_ref().is_none_or(|typed| *typed == read) => Ok(read),
        Ok(_) => Err(Fault::of(
            "form.id",
            say!("is not the one in the QR code", "QRコードの申請書IDと一致しません"),
        )),
        Err(error) => {
            Err(Fault::of("form.qr", Language::current().pick(error.to_string(), error.japanese())))
        }
    }
}
