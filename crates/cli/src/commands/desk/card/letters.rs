//! `desk expiry-notice`: the letter that says that a card ends, with the code of the form that renews it.

use mynumber::issuance::application::FormId;
use mynumber::issuance::desk::after::ExpiryNotice;
use serde::Serialize;

use super::super::office::Office;
use super::super::words;
use crate::args::ExpiryNoticeArguments;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::files::{Destination, write_all};
use crate::language::{Language, say};
use crate::output::Product;

pub(in super::super) fn run(office: &Office<'_>, arguments: &ExpiryNoticeArguments) -> Result<(), Failure> {
    let form = FormId::parse(&arguments.form)
        .map_err(|error| Failure::new(Exit::BadInput, words::of_form_id(error)))?;
    let case = office.store()?.case(arguments.case).map_err(|error| words::of_store(&error))?;
    let letter = ExpiryNotice::of(&case, form, office.today()?).ok_or_else(|| {
        Failure::new(
            Exit::StepRefused,
            say!(
                "a card is renewed from three months before its last day on",
                "更新は有効期限の3か月前からです"
            ),
        )
    })?;
    let code = letter.qr_svg().ok_or_else(|| {
        Failure::new(Exit::Internal, say!("the QR code cannot be drawn", "QRコードを描けません"))
    })?;
    let folder = &arguments.output;
    std::fs::create_dir_all(folder).map_err(|error| {
        let shown = folder.display();
        Failure::new(
            Exit::OutputFailed,
            say!("cannot make the folder {shown}: {error}", "フォルダー {shown} を作れません: {error}"),
        )
    })?;
    let paths = ["letter.txt", "qr.svg"].map(|name| folder.join(name));
    let [text, drawing] = paths.each_ref().map(|path| Destination::new(Some(path), arguments.force));
    text.check()?;
    drawing.check()?;
    write_all(&[(&text, letter.text().as_bytes()), (&drawing, code.as_bytes())])?;
    office.run.print(&Letter { files: paths.map(|path| path.display().to_string()).to_vec() })
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
