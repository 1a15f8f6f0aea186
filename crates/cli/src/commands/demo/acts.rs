//! What the demo shows, on any transport.

use std::path::Path;

use mynumber::OwnCertificate;
use mynumber::applet::PinId;
use mynumber::applet::pin::{FourDigitPin, reference};
use mynumber::crypto::digest::sha256;
use mynumber::driver::{Card, ErrorKind, Input, Signature, Signs};
use mynumber::transport::Transport;

use super::{Pins, openssl, say_line};
use crate::commands::certificate::pem;
use crate::escape::Escaped;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::files::Destination;
use crate::language::say;

const MESSAGE: &[u8] = b"I, a simulated person, agree to this test.\n";

/// Reads, signs, verifies, fails on purpose, changes a PIN and puts it back, and shows that the card is locked.
pub(super) fn play<T: Transport>(card: &mut Card<T>, pins: &Pins, folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder).map_err(|error| super::no_folder(&error))?;
    read(card, pins)?;
    sign::<reference::Signature, T>(card, &pins.signature, "signature", folder)?;
    sign::<reference::UserAuthentication, T>(card, &pins.user_authentication, "user-authentication", folder)?;
    wrong_pin(card)?;
    change(card, pins)?;
    locked(card)
}

fn read<T: Transport>(card: &mut Card<T>, pins: &Pins) -> Result<(), Failure> {
    let identity = card.identify()?;
    let count = identity.applications.len();
    say_line(&say!(
        "a My Number Card with {count} applications",
        "マイナンバーカード（アプリケーション{count}個）"
    ));
    let attributes = card.attributes(&pins.input_assist)?;
    let attributes = attributes.view()?;
    let (name, address) = (Escaped(attributes.name()), Escaped(attributes.address()));
    say_line(&say!("read: {name}, {address}", "読み取り: {name}、{address}"));
    let number = card.number(&pins.input_assist)?;
    let number = number.view()?;
    let good = number.number().is_ok();
    say_line(&say!(
        "read: My Number (check digit fits: {good})",
        "読み取り: 個人番号（検査用数字の一致: {good}）"
    ));
    let face = card.card_face(&pins.input_assist)?;
    let bytes = face.bytes().len();
    say_line(&say!("read: card face with photo, {bytes} bytes", "読み取り: 写真を含む券面 {bytes}バイト"));
    Ok(())
}

fn sign<R: Signs, T: Transport>(
    card: &mut Card<T>,
    secret: &R::Secret,
    name: &str,
    folder: &Path,
) -> Result<(), Failure> {
    let signature: Signature =
        card.sign::<R>(secret, &Input::sha256(&sha256(&[MESSAGE])), &OwnCertificate)?;
    let files = openssl::Files {
        message: folder.join("message.txt"),
        signature: folder.join(format!("{name}.sig")),
        certificate: folder.join(format!("{name}.pem")),
    };
    let write = |path: &Path, bytes: &[u8]| Destination::new(Some(path), true).write(bytes);
    write(&files.message, MESSAGE)?;
    write(&files.signature, signature.value())?;
    write(&files.certificate, pem(signature.certificate()).as_bytes())?;
    let openssl = match openssl::verify(&files)? {
        openssl::Verdict::Verified => say!("openssl: Verified OK", "openssl: Verified OK"),
        openssl::Verdict::NotInstalled => say!("openssl is not installed", "opensslはありません"),
    };
    say_line(&say!(
        "signed with the {name} key; checked against the card's certificate; {openssl}",
        "{name}の鍵で署名。カードの証明書で確認済み。{openssl}"
    ));
    Ok(())
}

/// A wrong PIN costs a try and says so; the right one gives it back.
fn wrong_pin<T: Transport>(card: &mut Card<T>) -> Result<(), Failure> {
    let wrong = FourDigitPin::parse("0000")?;
    match card.unlock::<reference::UserAuthentication>(&wrong) {
        Err(error) if matches!(error.kind(), ErrorKind::WrongPin { .. }) => {
            let left = error.tries_left().unwrap_or_default();
            say_line(&say!(
                "a wrong PIN is refused, {left} tries left; sent once more it does not even reach the card",
                "誤った暗証番号は拒否（残り{left}回）。同じものを再送してもカードへは届きません"
            ));
        }
        Err(error) => return Err(error.into()),
        Ok(_) => return Err(unexpected("a wrong PIN was accepted")),
    }
    match card.unlock::<reference::UserAuthentication>(&wrong) {
        Err(error) if *error.kind() == ErrorKind::RefusedBefore => Ok(()),
        Err(error) => Err(error.into()),
        Ok(_) => Err(unexpected("a wrong PIN was accepted")),
    }
}

fn change<T: Transport>(card: &mut Card<T>, pins: &Pins) -> Result<(), Failure> {
    let other = FourDigitPin::parse("9876")?;
    card.change_pin::<reference::UserAuthentication>(&pins.user_authentication, &other)?;
    card.change_pin::<reference::UserAuthentication>(&other, &pins.user_authentication)?;
    let counters = card.counters_of(&[PinId::UserAuthentication])?;
    let left = counters.first().and_then(|counter| counter.tries.count()).unwrap_or_default();
    say_line(&say!(
        "user-authentication PIN changed and changed back; {left} tries again",
        "利用者証明用暗証番号を変更し、元に戻しました（残り{left}回に回復）"
    ));
    Ok(())
}

/// After all that nothing is unlocked: the signature certificate is refused without the password.
fn locked<T: Transport>(card: &mut Card<T>) -> Result<(), Failure> {
    match card.read_file(mynumber::applet::FileId::SignatureCertificate) {
        Err(error) if matches!(error.kind(), ErrorKind::AccessDenied | ErrorKind::Misuse(_)) => {
            say_line(&say!("the card is locked again", "カードは再びロックされています"));
            Ok(())
        }
        Err(error) => Err(error.into()),
        Ok(_) => Err(unexpected("the card was left unlocked")),
    }
}

fn unexpected(what: &str) -> Failure {
    Failure::new(Exit::Internal, what.to_owned())
}
