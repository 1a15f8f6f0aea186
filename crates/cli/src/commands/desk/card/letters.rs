//! `desk expiry-notice`: the letters that say that a card ends, with the code of the form that renews it, or certificates.

use std::path::Path;

use mynumber::crypto::certificate::Purpose;
use mynumber::issuance::application::FormId;
use mynumber::issuance::desk::after::{ExpiryNotice, certificate_notice, is_certificate_due};
use mynumber::issuance::store::Case;
use serde::Serialize;

use super::super::office::Office;
use super::super::words::{of_form_id, of_store};
use crate::args::ExpiryNoticeArguments;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::files::{Destination, write_all};
use crate::language::{Language, say};
use crate::output::Product;

/// A file of a letter, by its name.
type Part = (&'static str, String);

pub(in super::super) fn run(office: &Office<'_>, arguments: &ExpiryNoticeArguments) -> Result<(), Failure> {
    let form = arguments.form.as_deref().map(FormId::parse).transpose();
    let form = form.map_err(|error| Failure::new(Exit::BadInput, of_form_id(error)))?;
    let case = office.store()?.case(arguments.case).map_err(|error| of_store(&error))?;
    let parts = match form {
        Some(form) => of_card(office, &case, form)?,
        None => of_certificates(office, &case)?,
    };
    let files = write(&arguments.output, &parts, arguments.force)?;
    office.run.print(&Letter { files })
}

fn of_card(office: &Office<'_>, case: &Case, form: FormId) -> Result<Vec<Part>, Failure> {
    let letter = ExpiryNotice::of(case, form, office.today()?).ok_or_else(|| {
        too_early(say!(
            "a card is renewed from three months before its last day on",
            "更新は有効期限の3か月前からです"
        ))
    })?;
    let code = letter.qr_svg().ok_or_else(|| {
        Failure::new(Exit::Internal, say!("the QR code cannot be drawn", "QRコードを描けません"))
    })?;
    Ok(vec![("letter.txt", letter.text()), ("qr.svg", code)])
}

fn of_certificates(office: &Office<'_>, case: &Case) -> Result<Vec<Part>, Failure> {
    let today = office.today()?;
    let certificates = office.store()?.certificates(case.number).map_err(|error| of_store(&error))?;
    let due = certificates.iter().filter(|certificate| is_certificate_due(certificate, case, today));
    let parts: Vec<Part> = due
        .filter_map(|certificate| {
            let name = match certificate.purpose {
                Purpose::Signature => "signature.txt",
                _ => "user-authentication.txt",
            };
            Some((name, certificate_notice(certificate, today)?))
        })
        .collect();
    if parts.is_empty() {
        return Err(too_early(say!(
            "no certificate of this case is in the three months before its end while the card goes on",
            "有効期限まで3か月以内の電子証明書は、この案件にありません（カードと同時に切れるものを除く）"
        )));
    }
    Ok(parts)
}

fn too_early(message: String) -> Failure {
    Failure::new(Exit::StepRefused, message)
}

fn write(folder: &Path, parts: &[Part], force: bool) -> Result<Vec<String>, Failure> {
    std::fs::create_dir_all(folder).map_err(|error| {
        let shown = folder.display();
        Failure::new(
            Exit::OutputFailed,
            say!("cannot make the folder {shown}: {error}", "フォルダー {shown} を作れません: {error}"),
        )
    })?;
    let paths: Vec<_> = parts.iter().map(|(name, _)| folder.join(name)).collect();
    let destinations: Vec<_> = paths.iter().map(|path| Destination::new(Some(path), force)).collect();
    for destination in &destinations {
        destination.check()?;
    }
    let files = destinations.iter().zip(parts).map(|(destination, (_, text))| (destination, text.as_bytes()));
    write_all(&files.collect::<Vec<_>>())?;
    Ok(paths.iter().map(|path| path.display().to_string()).collect())
}

#[derive(Serialize)]
struct Letter {
    files: Vec<String>,
}

impl Product for Letter {
    fn text(&self, _: Language) -> String {
        self.files.iter().map(|file| format!("{file}\n")).collect()
    }
}
