//! The card in a reader of the real PC/SC service: vsmartcard's driver plays the reader.

use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use mynumber::Slot;
use mynumber::transport::pcsc::{Connection, Context};
use mynumber::transport::vpcd::{self, Event, PORT};
use mynumber::transport::{CardSide, Error as TransportError};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::language::say;
use crate::run::Run;
use crate::wire::pcsc::options;

/// How long the service may take to start and to see the card.
const PATIENCE: Duration = Duration::from_secs(15);

/// The card in the reader; both go with this value.
pub(super) struct Plugged {
    pub(super) connection: Connection,
    pub(super) holders: (vpcd::Plugged<Box<dyn CardSide + Send>>, Option<Daemon>),
}

/// A PC/SC service that the demo started, ended with it.
pub(super) struct Daemon(Child);

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts the service where none runs and that is allowed, and puts the card into its virtual reader; otherwise says why
/// not.
pub(super) fn plug(run: &Run, slot: Slot) -> Result<Result<Plugged, String>, Failure> {
    let (context, daemon) = match service() {
        Ok(found) => found,
        Err(why) => return Ok(Err(why)),
    };
    let heard = Arc::new(AtomicBool::new(false));
    let hears = Arc::clone(&heard);
    let card: Box<dyn CardSide + Send> = Box::new(slot);
    let observe = move |event| {
        if event == Event::Connected {
            hears.store(true, Ordering::SeqCst);
        }
    };
    let plugged = vpcd::plug_observed(card, vpcd::slot(0), observe).map_err(|error| {
        Failure::new(Exit::Internal, say!("no thread: {error}", "スレッドを作れません: {error}"))
    })?;
    let until = Instant::now() + PATIENCE;
    loop {
        let ours = context
            .states()?
            .into_iter()
            .find(|state| state.present && state.name.to_string().starts_with("Virtual PCD 00 00"));
        if let Some(state) = ours {
            let connection = context.connect(&state.name, &options(run))?;
            return Ok(Ok(Plugged { connection, holders: (plugged, daemon) }));
        }
        if Instant::now() > until {
            return Ok(Err(reason(heard.load(Ordering::SeqCst))));
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Why the card does not show in a reader.
fn reason(connected: bool) -> String {
    match connected {
        false => say!(
            "no virtual reader driver listens on port {PORT}; install vsmartcard-vpcd and restart pcscd",
            "ポート{PORT}に仮想リーダードライバーがありません。vsmartcard-vpcdを導入しpcscdを再起動してください"
        ),
        true => say!(
            "the virtual reader does not show the card; is another card in its slot?",
            "仮想リーダーにカードが現れません。他のカードが入っていませんか"
        ),
    }
}

fn service() -> Result<(Context, Option<Daemon>), String> {
    match Context::establish() {
        Ok(context) => return Ok((context, None)),
        Err(TransportError::NoService) => {}
        Err(error) => return Err(crate::wire::pcsc::in_words(&error)),
    }
    let child = Command::new("pcscd")
        .args(["--foreground"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| {
            say!(
                "pcscd is not running and cannot be started: {error}",
                "pcscdが動いておらず、起動できません: {error}"
            )
        })?;
    let daemon = Daemon(child);
    let until = Instant::now() + PATIENCE;
    loop {
        match Context::establish() {
            Ok(context) => return Ok((context, Some(daemon))),
            Err(_) if Instant::now() < until => std::thread::sleep(Duration::from_millis(100)),
            Err(error) => return Err(crate::wire::pcsc::in_words(&error)),
        }
    }
}
