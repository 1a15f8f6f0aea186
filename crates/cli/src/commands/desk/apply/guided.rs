//! An application by questions, one answer a line; then the code of another device, and corrections.

use mynumber::crypto::UnixTime;
use mynumber::issuance::application::{ConfirmedDevice, DeviceCode};
use zeroize::Zeroizing;

use super::super::office::Office;
use super::super::prompt::Prompt;
use super::sheet::{FIELDS, Fault, Field, Sheet};
use crate::cards;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::files::Destination;
use crate::language::say;
use crate::output::notice;

/// Asks for every field that applies.
pub(super) fn ask_all(prompt: &mut Prompt<'_>) -> Result<Sheet, Failure> {
    let mut sheet = Sheet::default();
    for field in FIELDS.iter().filter(|field| field.name != "other_device") {
        if applies(field.name, &sheet) {
            ask(prompt, &mut sheet, field)?;
        }
    }
    Ok(sheet)
}

fn ask(prompt: &mut Prompt<'_>, sheet: &mut Sheet, field: &'static Field) -> Result<(), Failure> {
    let answer = prompt.line(field.question())?;
    sheet.set(field.name, answer);
    Ok(())
}

/// Whether a question is to be asked after the answers so far.
fn applies(name: &str, sheet: &Sheet) -> bool {
    let hand_written = sheet.text("form.kind") == Some("hand-written");
    let post = sheet.text("channel") == Some("post");
    match name {
        "form.my_number" => hand_written,
        "form.qr" => !hand_written,
        "form.id" => !hand_written && sheet.text("form.qr").is_none(),
        "contact.name" | "contact.email" | "contact.email_again" | "photo.file" => !post,
        "photo.height_mm" | "photo.width_mm" => post,
        _ => true,
    }
}

/// Shows what is wrong and asks which field is changed; `false` when the person gives up.
pub(super) fn correct(prompt: &mut Prompt<'_>, sheet: &mut Sheet, faults: &[Fault]) -> Result<bool, Failure> {
    for fault in faults {
        let (field, problem) = (fault.field.as_deref().unwrap_or("-"), &fault.problem);
        notice(&say!("  {field}: {problem}", "  {field}: {problem}"));
    }
    loop {
        let question = say!("Field to change (empty: give up)", "変更する項目（空欄: 中止）");
        let name = prompt.line(&question)?;
        if name.trim().is_empty() {
            return Ok(false);
        }
        match FIELDS.iter().find(|field| field.name == name.trim()) {
            Some(field) => {
                ask(prompt, sheet, field)?;
                return Ok(true);
            }
            None => notice(&say!("there is no such field", "その項目はありません")),
        }
    }
}

/// Shows everything once more and asks whether it is right.
pub(super) fn confirm(prompt: &mut Prompt<'_>, sheet: &Sheet) -> Result<bool, Failure> {
    notice(&say!("Please read it once more:", "内容を確認してください:"));
    for (field, text) in sheet.entered() {
        let name = field.name;
        let text = crate::escape::Escaped(text);
        notice(&format!("  {name}: {text}"));
    }
    prompt.yes(&say!("Is everything right, and is it to be registered?", "この内容で登録しますか"))
}

/// Writes a code for the other device and asks for it: once, with few tries, for a short time.
pub(super) fn other_device(
    office: &Office<'_>,
    prompt: &mut Prompt<'_>,
    file: &std::path::Path,
) -> Result<ConfirmedDevice, Failure> {
    let clock = || office.passed(cards::now());
    let destination = Destination::new(Some(file), false);
    destination.check()?;
    let mut code = DeviceCode::issue(clock(), &mut mynumber::system_random());
    let text = Zeroizing::new(format!("{}\n", code.as_str()));
    destination.write(text.as_bytes())?;
    let confirmed = confirm_code(prompt, &mut code, clock);
    // Used, or of no use any more.
    drop(std::fs::remove_file(file));
    confirmed
}

fn confirm_code(
    prompt: &mut Prompt<'_>,
    code: &mut DeviceCode,
    clock: impl Fn() -> UnixTime,
) -> Result<ConfirmedDevice, Failure> {
    use mynumber::issuance::application::CodeError;
    loop {
        let entered = prompt.line(&say!("Code of the other device", "端末確認コード"))?;
        match code.confirm(entered.trim(), clock()) {
            Ok(confirmed) => return Ok(confirmed),
            Err(CodeError::Form) => notice(&say!("the code has six digits", "コードは数字6桁です")),
            Err(CodeError::Wrong { left }) => {
                notice(&say!("wrong code; {left} tries left", "コードが違います。残り{left}回です"));
            }
            Err(error) => {
                return Err(Failure::new(
                    Exit::NotAccepted,
                    say!(
                        "{error}; nothing was entered",
                        "端末確認コードが使えなくなりました。何も登録していません"
                    ),
                ));
            }
        }
    }
}
