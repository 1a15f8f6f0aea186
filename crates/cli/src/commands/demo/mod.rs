//! `demo`: the main job on a simulated person's card, in process and then through the real PC/SC service.

mod acts;
mod openssl;
#[cfg(feature = "pcsc")]
mod service;

use std::path::Path;

use mynumber::applet::pin::{FourDigitPin, SignaturePassword};
use mynumber::driver::Card;
use mynumber::transport::InProcess;

use crate::args::DemoArguments;
use crate::cards::{DEFAULT_PERSON, Store};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::language::say;
use crate::run::Run;

/// The documented PINs of the built-in people: they protect nobody.
struct Pins {
    input_assist: FourDigitPin,
    user_authentication: FourDigitPin,
    signature: SignaturePassword,
}

pub(crate) fn run(run: &Run, arguments: &DemoArguments) -> Result<(), Failure> {
    let temporary = tempfile::tempdir().map_err(|error| no_folder(&error))?;
    let folder = arguments.keep.as_deref().unwrap_or_else(|| temporary.path());
    std::fs::create_dir_all(folder).map_err(|error| no_folder(&error))?;
    let store = Store::at(folder);
    say_line(&say!(
        "A simulated person gets a card: keys, certificates and records are made now (nobody owns this card).",
        "架空の人物のカードを作ります。鍵・証明書・記録は今生成します（実在の人物のものではありません）。"
    ));
    let slot = store.slot(DEFAULT_PERSON)?;
    let secrets = mynumber::issuance::Secrets::documented()?;
    let pins = Pins {
        input_assist: secrets.input_assist,
        user_authentication: secrets.user_authentication,
        signature: secrets.signature,
    };
    say_line(&say!("\n== In process ==", "\n== プロセス内 =="));
    {
        let mut card = Card::new(InProcess::new(slot.clone()));
        acts::play(&mut card, &pins, &folder.join("in-process"))?;
    }
    if arguments.embedded_only {
        return Ok(());
    }
    through_service(run, slot, &pins, &folder.join("pcsc"))
}

#[cfg(feature = "pcsc")]
fn through_service(run: &Run, slot: mynumber::Slot, pins: &Pins, folder: &Path) -> Result<(), Failure> {
    say_line(&say!("\n== Through the real PC/SC service ==", "\n== 実際のPC/SCサービス経由 =="));
    match service::plug(run, slot)? {
        Ok(plugged) => {
            let outcome = acts::play(&mut Card::new(plugged.connection), pins, folder);
            drop(plugged.holders);
            outcome
        }
        Err(why) => {
            say_line(&say!("left out: {why}", "省略: {why}"));
            Ok(())
        }
    }
}

#[cfg(not(feature = "pcsc"))]
fn through_service(_: &Run, _: mynumber::Slot, _: &Pins, _: &Path) -> Result<(), Failure> {
    say_line(&say!("left out: built without PC/SC", "省略: PC/SCなしで作られています"));
    Ok(())
}

fn no_folder(error: &std::io::Error) -> Failure {
    Failure::new(
        Exit::OutputFailed,
        say!("no folder for the demo: {error}", "実演用フォルダーを作れません: {error}"),
    )
}

/// A line of the story. Standard output may be closed; the demo goes on.
fn say_line(line: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}
